#!/usr/bin/env bash
# A private Ceph in a folder: one monitor, one store in memory, one S3 gateway, all on loopback.
#   radosgw.sh FOLDER MONITOR_PORT GATEWAY_PORT SECONDS_A_DAY TENANT_KEY…
# Says "ready" once the gateway answers. Then it obeys lines on stdin (pause, resume, stop, start) and answers each with
# "done"; when stdin ends, everything ends and the folder goes: so nothing outlives the test, however that ends.
set -euo pipefail
dir=$1 mon_port=$2 rgw_port=$3 seconds_a_day=$4
shift 4
cd "$dir"
mon='' osd='' rgw=''
finish() {
  trap - EXIT
  for pid in $rgw $osd $mon; do kill -CONT "$pid" 2>/dev/null; kill -KILL "$pid" 2>/dev/null; done || true
  wait 2>/dev/null || true
  cd / && rm -rf -- "$dir"
}
trap finish EXIT
trap 'exit 1' TERM INT HUP

fsid=$(cat /proc/sys/kernel/random/uuid)
keys=''
for name in "$@"; do keys+="$name=$(head -c 32 /dev/urandom | base64 -w0) "; done
cat >ceph.conf <<CONF
[global]
fsid = $fsid
mon host = v2:127.0.0.1:$mon_port/0
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv4 = true
ms bind ipv6 = false
keyring = $dir/keyring
run dir = $dir
admin socket = $dir/\$name.asok
log file = $dir/\$name.log
log to stderr = false
mon data = $dir/mon
osd data = $dir/osd
osd objectstore = memstore
memstore device bytes = 2147483648
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon data avail warn = 1
mon data avail crit = 1
mon max pg per osd = 1000
auth allow insecure global id reclaim = false
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:$rgw_port
rgw lc debug interval = $seconds_a_day
rgw crypt require ssl = false
rgw crypt s3 kms backend = testing
rgw crypt s3 kms encryption keys = $keys
rgw relaxed s3 bucket names = false
CONF
export CEPH_CONF="$dir/ceph.conf"
{
  ceph-authtool --create-keyring keyring --gen-key -n mon. --cap mon 'allow *'
  ceph-authtool keyring --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *'
  ceph-authtool keyring --gen-key -n osd.0 --cap mon 'allow profile osd' --cap osd 'allow *' --cap mgr 'allow *'
  ceph-authtool keyring --gen-key -n client.rgw --cap mon 'allow rw' --cap osd 'allow rwx' --cap mgr 'allow rw'
  monmaptool --create --addv a "[v2:127.0.0.1:$mon_port]" --fsid "$fsid" monmap
  mkdir -p mon osd
  ceph-mon --mkfs -i a --monmap monmap --keyring keyring
} >setup.log 2>&1
ceph-mon -i a -f >mon.out 2>&1 </dev/null &
mon=$!
osd_uuid=$(cat /proc/sys/kernel/random/uuid)
{
  ceph --connect-timeout 30 osd new "$osd_uuid" 0
  ceph-osd -i 0 --mkfs --osd-uuid "$osd_uuid"
} >>setup.log 2>&1 </dev/null
ceph-osd -i 0 -f >osd.out 2>&1 </dev/null &
osd=$!

start_gateway() {
  radosgw -n client.rgw -f >>rgw.out 2>&1 </dev/null &
  rgw=$!
  for _ in $(seq 600); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$rgw_port") 2>/dev/null; then return 0; fi
    kill -0 "$rgw" 2>/dev/null || { cat rgw.out >&2; return 1; }
    sleep 0.1
  done
  return 1
}
start_gateway
radosgw-admin user create --uid=rokuon --display-name=rokuon --access-key=rokuon-test --secret-key=rokuon-test-secret \
  >>setup.log 2>&1 </dev/null
echo ready
while read -r command; do
  case $command in
    pause) kill -STOP "$rgw" ;;
    resume) kill -CONT "$rgw" ;;
    stop) kill -KILL "$rgw" || true; wait "$rgw" 2>/dev/null || true; rgw='' ;;
    start) start_gateway ;;
    *) echo "unknown: $command" >&2 ;;
  esac
  echo done
done
