# Chooses the slot. A slot on trial is tried once: its mark is erased before it is used, and when that cannot be
# written there is no trial. Only the system itself makes a trial good, after its roles have been healthy.
setenv good a
setenv trial none
setenv extra
if load ${devtype} ${devnum}:1 ${pxefile_addr_r} slot.env; then env import -t ${pxefile_addr_r} ${filesize} good trial; fi
if load ${devtype} ${devnum}:1 ${pxefile_addr_r} extra.env; then env import -t ${pxefile_addr_r} ${filesize} extra; fi
setenv slot ${good}
setenv on_trial no
if test "${trial}" = a -o "${trial}" = b; then
    setenv wanted ${trial}
    setenv trial none
    mw.b ${pxefile_addr_r} 0 200
    env export -t -s 200 ${pxefile_addr_r} good trial
    if fatwrite ${devtype} ${devnum}:1 ${pxefile_addr_r} slot.env 200; then
        setenv slot ${wanted}
        setenv on_trial yes
    fi
fi
setenv try_slot 'echo AminBox slot ${slot} trial ${on_trial}; setenv part 2; if test "${slot}" = b; then setenv part 3; fi; setenv bootargs "console=tty1 ${extra} aminbox.slot=${slot} aminbox.trial=${on_trial} quiet loglevel=4 panic=10 oops=panic fsck.mode=skip systemd.gpt_auto=no rd.systemd.gpt_auto=no"; load ${devtype} ${devnum}:${part} ${kernel_addr_r} vmlinuz && load ${devtype} ${devnum}:${part} ${ramdisk_addr_r} initramfs && booti ${kernel_addr_r} ${ramdisk_addr_r}:${filesize} ${fdt_addr}'
run try_slot
# The slot could not be started. On trial: back to the good one; otherwise the other one is the last hope.
if test "${on_trial}" = yes; then setenv slot ${good}; elif test "${slot}" = a; then setenv slot b; else setenv slot a; fi
setenv on_trial no
run try_slot
sleep 10
reset
