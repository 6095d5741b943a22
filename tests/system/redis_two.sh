# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# redis_two.sh - part of redis.sh: what docs/operations.md says of two servers: each keeps for itself an
# announced outage, in which the answers of both decide; and either may be stopped while the other sells.

outage() {
	timeout 60 "$fixture_build/src/tools/ctl/migrantidctl" outage "$2" --config "$1/settings/migrantid.cfg" \
		"${@:3}" >/dev/null
}

above_floor
sell "$a" TWICE0001
holds "an outage is announced at the second server" outage "$b" begin \
	--until "$(date -u -d '+1 hour' +%FT%TZ)"
holds "which says so" fixture_hears "$b" 'an outage of the ID service is announced until 20'
before=$(questions)
same "in it the first one's answer decides, out of Redis" "$(sale "$b" TWICE0001)" "Yes match Shared-Cache"
same "who is in no cache is told to come later" "$(sale "$b" TWICE0002)" "Undetermined service-outage "
same "for nobody is asked" "$(questions)" "$before"
same "but by the first, where nothing was announced" "$(sale "$a" TWICE0002)" "Yes match Service"
same "and its answer decides at the second, too" "$(sale "$b" TWICE0002)" "Yes match Shared-Cache"
redis_hang "$work/redis"
same "a Redis that hangs in an outage is no answer" "$(sale "$b" TWICE0003)" "Undetermined service-outage "
redis_wake "$work/redis"
holds "the outage is ended" outage "$b" end
holds "which it says, too" fixture_hears "$b" 'is over: it is asked again'

server_stop "$b/server"
same "one is stopped, and the other sells" "$(sale "$a" TWICE0004)" "Yes match Service"
fixture_server "$b"
server_stop "$a/server"
same "and the other way round" "$(sale "$b" TWICE0005)" "Yes match Service"
fixture_server "$a"
above_floor
same "then both" "$(sale "$a" TWICE0006) $(sale "$b" TWICE0006)" "Yes match Service Yes match Shared-Cache"
