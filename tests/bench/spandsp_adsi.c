/* Let libspandsp read or make one caller-ID message, for the bench.
 *
 *   spandsp_adsi rx bell|v23 < samples    prints the messages heard, one line of hexadecimal bytes each
 *   spandsp_adsi tx bell|v23 NUMBER DATE  writes the samples of a call set-up message
 *
 * Samples are 16-bit linear, 8 kHz, in the machine's byte order.
 */
#include <stdio.h>
#include <string.h>
#include <stdint.h>
#include <tiffio.h>
#include <spandsp.h>

#define BLOCK 160
#define LONGEST_S 5

static void heard(void *user, const uint8_t *message, int length)
{
    int i;

    (void) user;
    for (i = 0; i < length; i++)
        printf("%02x", message[i]);
    printf("\n");
}

int main(int argc, char *argv[])
{
    int16_t block[BLOCK];
    uint8_t message[256];
    int standard, count, length;

    if (argc < 3)
        return 2;
    standard = strcmp(argv[2], "bell") == 0 ? ADSI_STANDARD_CLASS : ADSI_STANDARD_CLIP;
    if (strcmp(argv[1], "rx") == 0) {
        adsi_rx_state_t *receiver = adsi_rx_init(NULL, standard, heard, NULL);

        while ((count = (int) fread(block, sizeof(block[0]), BLOCK, stdin)) > 0)
            adsi_rx(receiver, block, count);
        return 0;
    }
    if (argc < 5)
        return 2;
    adsi_tx_state_t *sender = adsi_tx_init(NULL, standard);
    length = adsi_add_field(sender, message, -1, 0x80, NULL, 0);
    length = adsi_add_field(sender, message, length, 0x01, (uint8_t *) argv[4], (int) strlen(argv[4]));
    length = adsi_add_field(sender, message, length, 0x02, (uint8_t *) argv[3], (int) strlen(argv[3]));
    adsi_tx_put_message(sender, message, length);
    for (count = 0; count < LONGEST_S * 8000 / BLOCK; count++) {
        int made = adsi_tx(sender, block, BLOCK);

        fwrite(block, sizeof(block[0]), (size_t) made, stdout);
        if (made < BLOCK)
            break;
    }
    return 0;
}
