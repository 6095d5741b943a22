/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "person/country.h"

#include <stdlib.h>
#include <string.h>

/*
 * ISO 3166-1:2020 alpha-3, the 249 officially assigned codes (checked against iso-codes 4.15.0),
 * less DEU, which country_canonical() never yields. Sorted for bsearch().
 */
static const char iso_3166[][COUNTRY_LEN + 1] = { "ABW", "AFG", "AGO", "AIA", "ALA", "ALB", "AND",
	"ARE", "ARG", "ARM", "ASM", "ATA", "ATF", "ATG", "AUS", "AUT", "AZE", "BDI", "BEL", "BEN",
	"BES", "BFA", "BGD", "BGR", "BHR", "BHS", "BIH", "BLM", "BLR", "BLZ", "BMU", "BOL", "BRA",
	"BRB", "BRN", "BTN", "BVT", "BWA", "CAF", "CAN", "CCK", "CHE", "CHL", "CHN", "CIV", "CMR",
	"COD", "COG", "COK", "COL", "COM", "CPV", "CRI", "CUB", "CUW", "CXR", "CYM", "CYP", "CZE",
	"DJI", "DMA", "DNK", "DOM", "DZA", "ECU", "EGY", "ERI", "ESH", "ESP", "EST", "ETH", "FIN",
	"FJI", "FLK", "FRA", "FRO", "FSM", "GAB", "GBR", "GEO", "GGY", "GHA", "GIB", "GIN", "GLP",
	"GMB", "GNB", "GNQ", "GRC", "GRD", "GRL", "GTM", "GUF", "GUM", "GUY", "HKG", "HMD", "HND",
	"HRV", "HTI", "HUN", "IDN", "IMN", "IND", "IOT", "IRL", "IRN", "IRQ", "ISL", "ISR", "ITA",
	"JAM", "JEY", "JOR", "JPN", "KAZ", "KEN", "KGZ", "KHM", "KIR", "KNA", "KOR", "KWT", "LAO",
	"LBN", "LBR", "LBY", "LCA", "LIE", "LKA", "LSO", "LTU", "LUX", "LVA", "MAC", "MAF", "MAR",
	"MCO", "MDA", "MDG", "MDV", "MEX", "MHL", "MKD", "MLI", "MLT", "MMR", "MNE", "MNG", "MNP",
	"MOZ", "MRT", "MSR", "MTQ", "MUS", "MWI", "MYS", "MYT", "NAM", "NCL", "NER", "NFK", "NGA",
	"NIC", "NIU", "NLD", "NOR", "NPL", "NRU", "NZL", "OMN", "PAK", "PAN", "PCN", "PER", "PHL",
	"PLW", "PNG", "POL", "PRI", "PRK", "PRT", "PRY", "PSE", "PYF", "QAT", "REU", "ROU", "RUS",
	"RWA", "SAU", "SDN", "SEN", "SGP", "SGS", "SHN", "SJM", "SLB", "SLE", "SLV", "SMR", "SOM",
	"SPM", "SRB", "SSD", "STP", "SUR", "SVK", "SVN", "SWE", "SWZ", "SXM", "SYC", "SYR", "TCA",
	"TCD", "TGO", "THA", "TJK", "TKL", "TKM", "TLS", "TON", "TTO", "TUN", "TUR", "TUV", "TWN",
	"TZA", "UGA", "UKR", "UMI", "URY", "USA", "UZB", "VAT", "VCT", "VEN", "VGB", "VIR", "VNM",
	"VUT", "WLF", "WSM", "YEM", "ZAF", "ZMB", "ZWE" };

enum use {
	NEITHER = 0,
	NATIONALITY = 1,
	ISSUER = 2,
	BOTH = NATIONALITY | ISSUER,
};

/*
 * Doc 9303-3, eighth edition (2021), section 5, parts A to H: what ISO 3166-1 does not hold. The
 * British forms stand in both fields of real documents. Sorted for bsearch().
 */
static const struct entry {
	char code[COUNTRY_LEN + 1];
	enum country_kind kind;
	enum use use;
} doc_9303[] = {
	{ "ANT", COUNTRY_DOC9303, BOTH }, /* Netherlands Antilles, withdrawn: part F */
	{ "D", COUNTRY_DOC9303, BOTH }, /* Germany */
	{ "EUE", COUNTRY_DOC9303, ISSUER }, /* European Union */
	{ "GBD", COUNTRY_DOC9303, BOTH }, /* British Overseas Territories Citizen */
	{ "GBN", COUNTRY_DOC9303, BOTH }, /* British National (Overseas) */
	{ "GBO", COUNTRY_DOC9303, BOTH }, /* British Overseas Citizen */
	{ "GBP", COUNTRY_DOC9303, BOTH }, /* British Protected Person */
	{ "GBS", COUNTRY_DOC9303, BOTH }, /* British Subject */
	{ "IAO", COUNTRY_DOC9303, NEITHER }, /* ICAO, only as a signer of master lists */
	{ "NTZ", COUNTRY_DOC9303, BOTH }, /* Neutral Zone, withdrawn: part F */
	{ "RKS", COUNTRY_DOC9303, BOTH }, /* Kosovo */
	{ "UNA", COUNTRY_DOC9303, ISSUER }, /* a specialized agency of the United Nations */
	{ "UNK", COUNTRY_DOC9303, BOTH }, /* resident of Kosovo with a document of UNMIK */
	{ "UNO", COUNTRY_DOC9303, ISSUER }, /* United Nations Organization */
	{ "UTO", COUNTRY_SPECIMEN, BOTH }, /* Utopia */
	{ "XBA", COUNTRY_DOC9303, ISSUER }, /* African Development Bank */
	{ "XCC", COUNTRY_DOC9303, ISSUER }, /* Caribbean Community */
	{ "XCE", COUNTRY_DOC9303, ISSUER }, /* Council of Europe */
	{ "XCO", COUNTRY_DOC9303, ISSUER }, /* COMESA */
	{ "XDC", COUNTRY_DOC9303, ISSUER }, /* Southern African Development Community */
	{ "XEC", COUNTRY_DOC9303, ISSUER }, /* ECOWAS */
	{ "XES", COUNTRY_DOC9303, ISSUER }, /* Organization of Eastern Caribbean States */
	{ "XIM", COUNTRY_DOC9303, ISSUER }, /* African Export-Import Bank */
	{ "XMP", COUNTRY_DOC9303, ISSUER }, /* Parliamentary Assembly of the Mediterranean */
	{ "XOM", COUNTRY_DOC9303, ISSUER }, /* Sovereign Military Order of Malta */
	{ "XPO", COUNTRY_DOC9303, ISSUER }, /* INTERPOL */
	{ "XXA", COUNTRY_DOC9303, NATIONALITY }, /* stateless (1954 Convention) */
	{ "XXB", COUNTRY_DOC9303, NATIONALITY }, /* refugee (1951 Convention) */
	{ "XXC", COUNTRY_DOC9303, NATIONALITY }, /* refugee, other */
	{ "XXX", COUNTRY_DOC9303, NATIONALITY }, /* unspecified */
};

static int compare(const void *key, const void *element)
{
	/* Both tables' elements begin with the code. */
	return strcmp(key, element);
}

static struct entry find(const char *code)
{
	const struct entry *special;

	if (bsearch(code, iso_3166, ARRAY_LEN(iso_3166), sizeof(iso_3166[0]), compare) != NULL)
		return (struct entry){ .kind = COUNTRY_STATE, .use = BOTH };
	special = bsearch(code, doc_9303, ARRAY_LEN(doc_9303), sizeof(doc_9303[0]), compare);
	if (special != NULL)
		return *special;
	return (struct entry){ .kind = COUNTRY_UNKNOWN, .use = NEITHER };
}

enum country_kind country_lookup(const char *code)
{
	return find(code).kind;
}

bool country_is_nationality(const char *code)
{
	return (find(code).use & NATIONALITY) != 0;
}

bool country_is_issuer(const char *code)
{
	return (find(code).use & ISSUER) != 0;
}

bool country_codes_hold(const struct country_codes *codes, const char *code)
{
	for (size_t i = 0; codes != NULL && i < codes->count; i++)
		if (strcmp(codes->at[i], code) == 0)
			return true;
	return false;
}

bool country_canonical(const char *text, size_t len, char out[COUNTRY_LEN + 1])
{
	out[0] = '\0';
	for (; len > 0 && *text == ' '; text++)
		len--;
	while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '<'))
		len--;
	if (len < 1 || len > COUNTRY_LEN)
		return false;
	for (size_t i = 0; i < len; i++) {
		bool lower = text[i] >= 'a' && text[i] <= 'z';

		if (!lower && (text[i] < 'A' || text[i] > 'Z')) {
			out[0] = '\0';
			return false;
		}
		out[i] = lower ? (char)(text[i] - 'a' + 'A') : text[i];
	}
	out[len] = '\0';
	if (strcmp(out, "DEU") == 0)
		(void)strcpy(out, "D");
	return true;
}
