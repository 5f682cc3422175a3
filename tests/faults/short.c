/* Loaded into the binary, so that its writes do less than they are asked, as a system may at any time. The write of number
   SHORT_AT writes half; from number FAIL_FROM on all writes to files fail with FAIL_WITH, but for those to the standard
   streams. Children are left alone.

   With APART, each thread after the second begins by making so many requests of each kind that can only fail: strace counts
   requests by thread, and so their numbers are apart. The second is the one that watches the time and asks for no files. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static long short_at, fail_from, fail_with, apart, threads;
static __thread long seen;

static long number(const char *name) {
    const char *text = getenv(name);
    return text ? atol(text) : 0;
}

__attribute__((constructor)) static void begin(void) {
    short_at = number("SHORT_AT");
    fail_from = number("FAIL_FROM");
    fail_with = number("FAIL_WITH");
    apart = number("APART");
    unsetenv("LD_PRELOAD");
}

ssize_t write(int file, const void *bytes, size_t count) {
    long now = ++seen;
    if (fail_from && now >= fail_from && file > 2) {
        errno = fail_with;
        return -1;
    }
    if (now == short_at) {
        count = (count + 1) / 2;
    }
    return syscall(SYS_write, file, bytes, count);
}

struct start {
    void *(*run)(void *);
    void *with;
    long number;
};

static void *run(void *given) {
    static const long kinds[] = {SYS_openat,   SYS_read,       SYS_pread64,    SYS_write,    SYS_fsync,     SYS_renameat,
                                 SYS_unlinkat, SYS_fchmod,     SYS_flock,      SYS_getdents64, SYS_statx,   SYS_newfstatat,
                                 SYS_mmap,     SYS_close,      SYS_fchmodat,   SYS_mkdirat,  SYS_readlinkat,
#ifdef SYS_rename
                                 SYS_rename,   SYS_unlink,     SYS_mkdir,      SYS_rmdir,    SYS_chmod,     SYS_readlink,
#endif
    };
    struct start start = *(struct start *)given;
    free(given);
    seen = apart * (start.number - 1);
    for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++) {
        for (long number = 0; number < seen; number++) {
            syscall(kinds[kind], -1L, -1L, -1L, -1L, -1L, -1L);
        }
    }
    return start.run(start.with);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *how, void *(*body)(void *), void *with) {
    int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) = dlsym(RTLD_NEXT, "pthread_create");
    struct start *start = apart ? malloc(sizeof *start) : 0;
    if (!start) {
        return create(thread, how, body, with);
    }
    *start = (struct start){body, with, __atomic_add_fetch(&threads, 1, __ATOMIC_SEQ_CST)};
    int failed = create(thread, how, run, start);
    if (failed) {
        free(start);
    }
    return failed;
}
