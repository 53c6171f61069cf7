/* Read signed 16-bit samples at 8 kHz from standard input and print what libspandsp hears.
 *
 *   spandsp_dtmf clip     DTMF caller ID (adsi_rx, CLIP-DTMF): one line "MSG <bytes of the message>" each
 *   spandsp_dtmf digits   dialled DTMF digits (dtmf_rx): the digits, no line ends
 */
#define SPANDSP_EXPOSE_INTERNAL_STRUCTURES
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <spandsp.h>

#define BLOCK 160

static void message(void *user, const uint8_t *text, int length)
{
    (void) user;
    printf("MSG ");
    for (int i = 0; i < length; i++)
        putchar(text[i] >= 32 && text[i] < 127 ? text[i] : '?');
    putchar('\n');
}

static void digits(void *user, const char *heard, int length)
{
    (void) user;
    fwrite(heard, 1, (size_t) length, stdout);
}

int main(int argc, char *argv[])
{
    int16_t samples[BLOCK];
    size_t got;
    int clip = argc > 1 && strcmp(argv[1], "clip") == 0;
    adsi_rx_state_t *adsi = adsi_rx_init(NULL, ADSI_STANDARD_CLIP_DTMF, message, NULL);
    dtmf_rx_state_t *dtmf = dtmf_rx_init(NULL, digits, NULL);

    while ((got = fread(samples, sizeof samples[0], BLOCK, stdin)) > 0) {
        if (clip)
            adsi_rx(adsi, samples, (int) got);
        else
            dtmf_rx(dtmf, samples, (int) got);
    }
    return 0;
}
