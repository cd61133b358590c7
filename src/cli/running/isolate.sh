#!/bin/sh
# First process of the namespaces of `cordon run` (ADR 0023): shuts what the network namespace leaves open, gives the listener
# of the namespace away, and becomes the command without a capability. What fails ends it before the command starts.
#
# isolate.sh UID GID CWD NODE LISTENER CA BUNDLE JAVA [HIDDEN…] -- [FIXED…] -- CMD…
#
# It is root of the user namespace alone: on the machine it is the user who started it.
set -eu
uid=$1 gid=$2 cwd=$3 node=$4 listener=$5
shift 5

# Unix sockets of services do not belong to a network namespace: Docker, D-Bus, the caches that look up names.
mount -t tmpfs -o mode=0755,nosuid,nodev tmpfs /run
mkdir /run/cordon-trust /run/lock
cp -- "$1" /run/cordon-trust/ca.pem
cp -- "$2" /run/cordon-trust/bundle.pem
cp -- "$3" /run/cordon-trust/truststore.p12
shift 3

# The loopback of a new network namespace is down. Its switch is the same everywhere; `ip` is not.
mkdir /run/sys
mount -t sysfs sysfs /run/sys
echo 0x9 >/run/sys/class/net/lo/flags
umount /run/sys
rmdir /run/sys

while [ "$1" != -- ]; do
  if [ -d "$1" ]; then
    mount -t tmpfs -o ro,mode=0555,size=4k,nosuid,nodev,noexec tmpfs "$1"
  elif [ -e "$1" ]; then
    mount --bind /dev/null "$1"
  fi
  shift
done
shift

# Options that the machine has on a mount are locked here: what is left out would be taken away, which is refused.
while [ "$1" != -- ]; do
  if [ -w "$1" ]; then
    options=$(findmnt --noheadings --output VFS-OPTIONS --target "$1")
    mount --bind "$1" "$1"
    mount -o "remount,bind,ro,${options#rw,}" "$1"
  fi
  shift
done
shift

# Processes of the machine are neither seen nor signalled.
mount -t proc -o nosuid,nodev,noexec proc /proc

# By its name once more: the directory held since the start may be one that is hidden now.
cd -- "$cwd"

NODE_OPTIONS='' "$node" "$listener"
unset NODE_CHANNEL_FD NODE_CHANNEL_SERIALIZATION_MODE
exec 3>&-

# A user namespace below has no power over the network and the mounts of this one. The shell stays as the first process, which
# has to be there to collect orphans; a command in its place would not be ended by signals that it does not handle.
# Its trap is there for it alone: some shells end by an interrupt that their command has dealt with.
# shellcheck disable=SC2016
exec unshare --user --map-user="$uid" --map-group="$gid" --keep-caps -- \
  setpriv --no-new-privs --bounding-set=-all --inh-caps=-all --ambient-caps=-all -- \
  env --default-signal -- sh -c 'trap : INT; "$@"; exit "$?"' cordon "$@"
