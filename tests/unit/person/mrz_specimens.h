/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mrz_specimens.h - the specimens of Doc 9303 (parts 5, 6, 4 and 7), lines apart by '\n'.
 */
#ifndef MIGRANTID_TEST_MRZ_SPECIMENS_H
#define MIGRANTID_TEST_MRZ_SPECIMENS_H

#define TD1_SPECIMEN                                                                               \
	"I<UTOD231458907<<<<<<<<<<<<<<<\n"                                                         \
	"7408122F1204159UTO<<<<<<<<<<<6\n"                                                         \
	"ERIKSSON<<ANNA<MARIA<<<<<<<<<<"
#define TD2_SPECIMEN                                                                               \
	"I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\n"                                                   \
	"D231458907UTO7408122F1204159<<<<<<<6"
#define TD3_SPECIMEN                                                                               \
	"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n"                                           \
	"L898902C36UTO7408122F1204159ZE184226B<<<<<10"
#define TD1_LONG_NUMBER                                                                            \
	"I<UTOD23145890<7349<<<<<<<<<<<\n"                                                         \
	"3407127M9507122UTO<<<<<<<<<<<2\n"                                                         \
	"STEVENSON<<PETER<JOHN<<<<<<<<<"
#define TD2_LONG_NUMBER                                                                            \
	"I<UTOSTEVENSON<<PETER<JOHN<<<<<<<<<<\n"                                                   \
	"D23145890<UTO3407127M95071227349<<<8"
#define MRV_A_SPECIMEN                                                                             \
	"V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n"                                           \
	"L8988901C4XXX4009078F96121096ZE184226B<<<<<<"
#define MRV_B_SPECIMEN                                                                             \
	"V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\n"                                                   \
	"L8988901C4XXX4009078F9612109<<<<<<<<"

#endif
