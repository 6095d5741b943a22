/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answer/answer_internal.h"

#include <openssl/bn.h>
#include <string.h>

/*
 * OpenSSL checks nothing of an Ed25519 key before it is used. A key of small order, such as the
 * 32 zeros of a broken export, "verifies" signatures that anyone can make; hence this.
 *
 * With y the coordinate and -x^2 + y^2 = 1 + d*x^2*y^2 the curve (RFC 8032 section 5.1):
 * x^2 = (y^2 - 1) / (d*y^2 + 1), which has a root if (y^2 - 1) * (d*y^2 + 1) is a square. The
 * order divides 8 if y = 0 (order 4), y^2 = 1 (orders 1 and 2), or doubling gives y = 0, which
 * is y^2 = -x^2, and with the curve d*y^4 + 2*y^2 - 1 = 0 (order 8).
 */
static const char field_prime[] =
	"7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFED";
static const char curve_d[] = "52036CEE2B6FFE738CC740797779E89800700A4D4141D8AB75EB4DCA135978A3";

struct work {
	BN_CTX *ctx;
	BIGNUM *p, *d, *y, *yy, *u, *v, *w;
};

static bool set_up(struct work *w, const uint8_t octets[ED25519_KEY_LEN])
{
	uint8_t y[ED25519_KEY_LEN];

	memcpy(y, octets, sizeof(y));
	y[ED25519_KEY_LEN - 1] &= 0x7f; /* the sign of x */
	w->p = BN_CTX_get(w->ctx);
	w->d = BN_CTX_get(w->ctx);
	w->y = BN_CTX_get(w->ctx);
	w->yy = BN_CTX_get(w->ctx);
	w->u = BN_CTX_get(w->ctx);
	w->v = BN_CTX_get(w->ctx);
	w->w = BN_CTX_get(w->ctx);
	return w->w != NULL && BN_hex2bn(&w->p, field_prime) != 0 &&
	       BN_hex2bn(&w->d, curve_d) != 0 && BN_lebin2bn(y, sizeof(y), w->y) != NULL;
}

/* u = y^2 - 1, v = d*y^2 + 1, w = d*y^4 + 2*y^2 - 1 = y^2 * v + u */
static bool calculate(struct work *w)
{
	return BN_mod_sqr(w->yy, w->y, w->p, w->ctx) == 1 &&
	       BN_mod_sub(w->u, w->yy, BN_value_one(), w->p, w->ctx) == 1 &&
	       BN_mod_mul(w->v, w->d, w->yy, w->p, w->ctx) == 1 &&
	       BN_mod_add(w->v, w->v, BN_value_one(), w->p, w->ctx) == 1 &&
	       BN_mod_mul(w->w, w->yy, w->v, w->p, w->ctx) == 1 &&
	       BN_mod_add(w->w, w->w, w->u, w->p, w->ctx) == 1;
}

static bool is_valid(struct work *w, const uint8_t octets[ED25519_KEY_LEN])
{
	if (!set_up(w, octets) || BN_cmp(w->y, w->p) >= 0 || !calculate(w))
		return false;
	if (BN_is_zero(w->y) || BN_is_zero(w->u) || BN_is_zero(w->w))
		return false;
	return BN_mod_mul(w->u, w->u, w->v, w->p, w->ctx) == 1 &&
	       BN_kronecker(w->u, w->p, w->ctx) == 1;
}

bool ed25519_point_is_valid(const uint8_t octets[ED25519_KEY_LEN])
{
	struct work work = { .ctx = BN_CTX_new() };
	bool valid;

	if (work.ctx == NULL)
		return false;
	BN_CTX_start(work.ctx);
	valid = is_valid(&work, octets);
	BN_CTX_end(work.ctx);
	BN_CTX_free(work.ctx);
	return valid;
}
