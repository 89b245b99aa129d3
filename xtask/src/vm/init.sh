#!/busybox sh
# The first process of a guest: sets up what a machine has, runs the tests, says how they ended, powers off.
# The kernel passes what follows `--` in its command line as arguments, and NAME=value words as environment.
/busybox mount -t proc proc /proc
/busybox mount -t sysfs sysfs /sys
/busybox mount -t devtmpfs devtmpfs /dev
/busybox mkdir -p /dev/pts /dev/shm
/busybox mount -t devpts devpts /dev/pts
/busybox mount -t tmpfs -o mode=1777 tmpfs /dev/shm
/busybox mount -t tmpfs -o mode=1777 tmpfs /tmp
case "${taskweight_cgroup:?}" in
v1)
    /busybox mount -t tmpfs tmpfs /sys/fs/cgroup
    /busybox mkdir /sys/fs/cgroup/memory
    /busybox mount -t cgroup -o memory cgroup /sys/fs/cgroup/memory
    ;;
v2)
    /busybox mount -t cgroup2 cgroup2 /sys/fs/cgroup
    echo "+memory +pids" >/sys/fs/cgroup/cgroup.subtree_control
    ;;
esac
[ "${taskweight_tracefs:?}" = none ] || /busybox mount -t tracefs tracefs /sys/kernel/tracing
/busybox ip link set lo up
options_of() {
    [ "$1" != brd ] || echo rd_nr=1 rd_size=262144
}
# A disk in memory, since files that a test writes to a tmpfs are memory and not cache.
/busybox unxz /modules/*.xz 2>/dev/null
for module in brd crc16 crc32c_generic mbcache jbd2 ext4; do
    [ ! -e "/modules/$module.ko" ] || /busybox insmod "/modules/$module.ko" $(options_of $module)
done
/busybox mke2fs -F -b 4096 /dev/ram0 >/dev/null && /busybox mount -t ext4 /dev/ram0 /scratch
echo "${taskweight_pid_max:?}" >/proc/sys/kernel/pid_max
# By the size of a guest's memory there are fewer than the tests start, each test by itself and two at a time.
echo 60000 >/proc/sys/kernel/threads-max
# Only what makes the kernel stop comes between the lines of the tests; the rest follows them.
/busybox dmesg -n 1

export PATH=/usr/bin:/bin HOME=/root TERM=dumb CI=true TASKWEIGHT_BIN_DIR=/opt/taskweight/bin TASKWEIGHT_GUEST=1
# One test after the other: where one thread emulates all CPUs, two at once take longer, since whoever changes the code of
# the kernel, as every attachment of a probe does, waits for all CPUs in their turn.
export RUST_TEST_THREADS=1
unset taskweight_pid_max taskweight_cgroup taskweight_tracefs
cd /tmp
say() {
    echo "taskweight-tests: $*"
}
run_tests() {
    /opt/taskweight/tests/deps/kernel "$@" </dev/null 2>&1
}

say "kernel $(/busybox uname -r)"
for form in auto raw plain; do
    diagnosis=$(/opt/taskweight/bin/taskweight doctor --json - --probe-form $form 2>&1 | /busybox tr -d '\n')
    say "doctor $form $diagnosis"
done
{
    run_tests "$@"
    echo $? >/run/status
} | /busybox tee /run/output
# Who fails at a bad moment may pass at another, which says something about the test. Where many fail there is no need to ask.
for test in $(/busybox sed -n 's/^test \([^ ]*\).* \.\.\. FAILED$/\1/p' /run/output | /busybox head -n 8); do
    say "again $test"
    run_tests --exact "$test" --show-output
done
say "exit $(/busybox cat /run/status)"
/busybox dmesg -r | /busybox grep -E '^<[0-4]>'
say "end"
/busybox poweroff -f
