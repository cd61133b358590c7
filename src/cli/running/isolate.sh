#!/bin/sh
# First process of the namespaces of `cordon run` (ADR 0023): shuts what the network namespace leaves open, gives the listener
# of the namespace away, and becomes the command without a capability. What fails ends it before the command starts.
#
# isolate.sh UID GID CWD NODE LISTENER [FIXED…] -- CMD…
#
# It is root of the user namespace alone: on the machine it is the user who started it. It starts before anybody knows what the
# command is let do, and waits for it: the listener brings lines that hide files and set variables.
# Its own variables have names that are taken out of the environment of the command.
set -eu
cordon_uid=$1 cordon_gid=$2 cordon_cwd=$3 cordon_node=$4 cordon_listener=$5
shift 5

# Unix sockets of services do not belong to a network namespace: Docker, D-Bus, the caches that look up names.
mount -t tmpfs -o mode=0755,nosuid,nodev tmpfs /run
mkdir /run/cordon-trust /run/lock /run/sys

# The loopback of a new network namespace is down. Its switch is the same everywhere; `ip` is not.
mount -t sysfs sysfs /run/sys
echo 0x9 >/run/sys/class/net/lo/flags
umount /run/sys
rmdir /run/sys

# Processes of the machine are neither seen nor signalled.
mount -t proc -o nosuid,nodev,noexec proc /proc

# Options that the machine has on a mount are locked here: what is left out would be taken away, which is refused. Most mounts
# have none.
fix() {
  if [ -w "$1" ] && ! mount -o bind,ro "$1" "$1" 2>/dev/null; then
    cordon_options=$(findmnt --noheadings --output VFS-OPTIONS --target "$1")
    mount -o "remount,bind,ro,${cordon_options#rw,}" "$1"
  fi
}

hide() {
  if [ -d "$1" ]; then
    mount -t tmpfs -o ro,mode=0555,size=4k,nosuid,nodev,noexec tmpfs "$1"
  elif [ -e "$1" ]; then
    mount --bind /dev/null "$1"
  fi
}

cordon_fixing=
while [ "$1" != -- ]; do
  fix "$1" &
  cordon_fixing="$cordon_fixing $!"
  shift
done
shift

cordon_lines=$(NODE_OPTIONS='' "$cordon_node" "$cordon_listener" </dev/null)
for cordon_job in $cordon_fixing; do
  wait "$cordon_job"
done
eval "$cordon_lines"

# By its name once more: the directory held since the start may be one that is hidden now.
cd -- "$cordon_cwd"
unset NODE_CHANNEL_FD NODE_CHANNEL_SERIALIZATION_MODE
exec 3>&-

# A user namespace below has no power over the network and the mounts of this one. The shell stays as the first process, which
# has to be there to collect orphans; a command in its place would not be ended by signals that it does not handle.
# Its trap is there for it alone: some shells end by an interrupt that their command has dealt with.
# shellcheck disable=SC2016
exec unshare --user --map-user="$cordon_uid" --map-group="$cordon_gid" --keep-caps -- \
  setpriv --no-new-privs --bounding-set=-all --inh-caps=-all --ambient-caps=-all -- \
  env --default-signal -- sh -c 'trap : INT; "$@"; exit "$?"' cordon "$@"
