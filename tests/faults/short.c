/* Loaded into the binary, so that its writes do less than they are asked, as a system may at any time. The write of number
   SHORT_AT writes half; from number FAIL_FROM on all writes to files fail with FAIL_WITH, but for those to the standard
   streams. Children are left alone. */
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static long short_at, fail_from, fail_with, seen;

static long number(const char *name) {
    const char *text = getenv(name);
    return text ? atol(text) : 0;
}

__attribute__((constructor)) static void begin(void) {
    short_at = number("SHORT_AT");
    fail_from = number("FAIL_FROM");
    fail_with = number("FAIL_WITH");
    unsetenv("LD_PRELOAD");
}

ssize_t write(int file, const void *bytes, size_t count) {
    long now = __atomic_add_fetch(&seen, 1, __ATOMIC_SEQ_CST);
    if (fail_from && now >= fail_from && file > 2) {
        errno = fail_with;
        return -1;
    }
    if (now == short_at) {
        count = (count + 1) / 2;
    }
    return syscall(SYS_write, file, bytes, count);
}
