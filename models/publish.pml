/*
 * How a branch is moved: hhgit's publishing beside git's own, every interleaving of their steps.
 *
 * What stands for what:
 *   hhgit()     src/modes/sync.rs sync_by: clean_up, the tip, a commit on it, publish; src/modes/tries.rs: again where it moved
 *   clean_up()  src/git/publish.rs clean_up -> src/git/lock.rs clean: waits for nobody
 *   take_turn() src/git/lock.rs Turn::take: flock on refs/, which the system gives back when its holder dies
 *   take_lock() src/git/lock.rs Turn::lock: a dead run's marked lock goes, then O_EXCL
 *   judge()     src/git/ref_lock.rs judge -> src/git/refs.rs read_ref: the loose file, and where there is none packed-refs
 *   put()       src/git/ref_lock.rs put: the next value into x.lock.lock, renamed to x
 *   update_ref  git update-ref NEW OLD (also what git push does, and git merge --ff-only at the end): x.lock, compare, rename
 *   pack_refs   git pack-refs --all --prune, which git gc runs: packed-refs.lock, rename, then each loose file under its x.lock
 *   remove_ref  git update-ref -d: x.lock and packed-refs.lock, first the packed line, then the loose file
 *   a kill      of either hhgit, before any of its steps; with GIT_DIES of update_ref too
 *
 * One branch. A commit is a small number: below SYNCED a person's, else hhgit's own of that person's commit. No value comes
 * back once it was left (see docs/reliability.md). Each system call that others can see is one step here; a kill comes before
 * those that change something, since a look that its finder dies after changes nothing.
 */
#define SYNCED 4
#define SYNC(base) ((base) + SYNCED * kind)
#define COMMITS 12
#define EMPTY 255             /* a value's file with nothing in it yet */
#define NOBODY 0
#define LAST 7                /* who cleans up when all have ended */

#ifndef TRIES
#define TRIES 2
#endif
#ifndef KILLS
#define KILLS 1
#endif

byte loose = 0;               /* refs/heads/x; 0 where there is none */
byte packed = 0;              /* what packed-refs says of it */
byte lock = NOBODY;           /* whose refs/heads/x.lock it is, alive or dead */
bool marked = false;          /* its sticky bit */
byte value = 0;               /* refs/heads/x.lock.lock, and who made it */
byte value_by = NOBODY;
byte packed_lock = NOBODY;    /* packed-refs.lock */
byte turn = NOBODY;           /* who has refs/ locked */

/* What no process sees. */
byte truth = 1;               /* what the branch is */
bool deleted = false;
byte kills = KILLS;
byte ended = 0;
bool dead[8] = false;
short told = 0;               /* the commits of which somebody was told that the branch came to them */
byte parent[COMMITS] = 0;

#define BRANCH (loose -> loose : packed)
#define SAME assert(BRANCH == truth)

/* The branch goes from `old` to `new`, by the step just done: it must have been at `old` until then. */
#define MOVED(old, new) assert(truth == old); truth = new; parent[new] = old; SAME

#define MAY_DIE if :: kills > 0 -> kills--; goto died :: true fi

inline give_up_turn() {
	if :: turn == me -> turn = NOBODY :: else fi
}

/* A lock is removed by its name, whatever is there by now. */
inline remove_lock() {
	assert(lock == NOBODY || lock == me || dead[lock]);
	assert(lock == NOBODY || lock == me || lock <= 2);  /* and git's not even then */
	lock = NOBODY;
	marked = false
}

inline remove_value() {
	assert(value == 0 || value_by == me || dead[value_by]);
	value = 0;
	value_by = NOBODY
}

/* Lock::clean: looks for the mark, then removes. */
inline clean_lock() {
	atomic {
#if defined(UNMARKED_CLEAN)
		saw = (turn == me && lock != NOBODY)
#elif defined(CLEAN_OUT_OF_TURN)
		saw = (lock != NOBODY && marked)
#else
		saw = (turn == me && lock != NOBODY && marked)
#endif
	};
#ifdef NO_CLEAN
	saw = false;
#endif
	if
	:: saw -> atomic { MAY_DIE; remove_lock() }
	:: else
	fi
}

inline clean_up() {
	atomic {
		MAY_DIE;
#if defined(NO_FLOCK)
		saw = false
#elif defined(CLEAN_OUT_OF_TURN)
		saw = true
#else
		saw = (turn == NOBODY);
		if :: saw -> turn = me :: else fi
#endif
	};
	if
	:: saw ->
		clean_lock();
		saw = (lock == NOBODY);
		if :: saw -> atomic { MAY_DIE; remove_value() } :: else fi;
		atomic { MAY_DIE; give_up_turn() }
	:: else
	fi
}

/* read_ref: two looks, between which others may be at work. */
inline read_ref() {
#ifdef PACKED_FIRST
	seen = packed;
	atomic { if :: loose != 0 -> seen = loose :: else fi };
#else
	seen = loose;
	if
	:: seen == 0 -> seen = packed
	:: else
	fi;
#endif
	assert(seen != EMPTY);
	assert(seen != 0 || deleted)
}

inline take_turn() {
#ifdef NO_FLOCK
	skip
#else
	if
	:: atomic { turn == NOBODY -> MAY_DIE; turn = me }
#ifdef TURN_GIVEN_UP
	/* As it was: where the turn did not come in two seconds hhgit went on without, and did not mark its lock. */
	:: atomic { turn != NOBODY -> MAY_DIE }
#elif !defined(PATIENT)
	:: atomic { turn != NOBODY -> goto out }
#endif
	fi
#endif
}

inline take_lock() {
#ifdef NO_LOCK
	skip
#else
	do
	:: clean_lock();
		atomic {
			MAY_DIE;
			if
			:: lock == NOBODY -> lock = me; marked = (turn == me); break
			:: else
			fi
		};
		if
		:: lock == NOBODY || (turn == me && marked)
#ifdef SPINS
		:: lock != NOBODY
#endif
#ifndef PATIENT
		:: lock != NOBODY -> goto out
#endif
		fi
	od
#endif
}

inline judge() {
#ifdef NO_REREAD
	seen = from
#elif defined(STALE_PACKED)
	/* A library that remembers packed-refs from before the lock. */
	atomic { seen = loose; if :: seen == 0 -> seen = stale :: else fi }
#else
	read_ref()
#endif
}

inline drop_lock() {
#ifdef NO_LOCK
	skip
#else
	atomic { MAY_DIE; assert(lock == me); lock = NOBODY; marked = false }
#endif
}

inline put() {
#ifdef VALUE_IN_PLACE
	atomic { MAY_DIE; loose = EMPTY };
	atomic { MAY_DIE; loose = to; MOVED(from, to) };
#else
	atomic { MAY_DIE; remove_value() };
	atomic { MAY_DIE; value = EMPTY; value_by = me };
	atomic { MAY_DIE; assert(value_by == me); value = to };
#ifdef LOCK_DROPPED_EARLY
	drop_lock();
#endif
	atomic {
		MAY_DIE;
		assert(value == to && value_by == me);
		loose = value;
		value = 0;
		value_by = NOBODY;
		MOVED(from, to)
	};
#endif
#ifndef LOCK_DROPPED_EARLY
	drop_lock();
#endif
	atomic { MAY_DIE; give_up_turn() }
}

proctype hhgit(byte me; byte tries) {
	byte from, to, seen;
	byte kind = 1;
	bool saw;
#ifdef STALE_PACKED
	byte stale;
#endif
	/* Two hhgits make the same commit of the same input, or, with other settings, another. */
	if :: kind = 1 :: me == 2 -> kind = 2 fi;
	clean_up();
	do
	:: tries == 0 -> break
	:: tries > 0 ->
		tries--;
#ifdef STALE_PACKED
		stale = packed;
#endif
		read_ref();
		if
		:: seen == 0 || seen >= SYNCED -> break     /* no branch; nothing to sync */
		:: else
		fi;
		atomic { from = seen; to = SYNC(from); seen = 0 };
		take_turn();
		take_lock();
		judge();
		if
		:: seen == from ->
			put();
			told = told | (1 << to);
			break
		:: seen == to -> told = told | (1 << to); break
		:: seen == 0 -> break
		:: else
		fi;
		drop_lock();
		atomic { MAY_DIE; give_up_turn(); from = 0; to = 0; seen = 0 }
	od;
out:
	if :: lock == me -> drop_lock() :: else fi;
	atomic { MAY_DIE; give_up_turn(); goto over };
died:
	atomic { dead[me] = true; give_up_turn() };
over:
	atomic { ended++; from = 0; to = 0; seen = 0; tries = 0; kind = 0; saw = false }
}

/* A person's commit by git's compare-and-swap. */
proctype update_ref(byte me; byte to) {
	byte from, seen, tries = 2;
	do
	:: tries == 0 -> break
	:: tries > 0 ->
		tries--;
		seen = loose;
		if :: seen == 0 -> seen = packed :: else fi;
		assert(seen != EMPTY);
		atomic { from = seen; seen = 0 };
		if
		:: atomic { lock == NOBODY -> lock = me; marked = false }
		:: atomic { lock != NOBODY -> goto next }
		fi;
		seen = loose;
		if :: seen == 0 -> seen = packed :: else fi;
		assert(seen != EMPTY);
		if
		:: seen != from -> atomic { assert(lock == me); lock = NOBODY }
#ifdef GIT_DIES
		:: seen == from -> atomic { dead[me] = true; break }
#endif
		:: seen == from ->
			atomic { assert(lock == me); loose = to; lock = NOBODY; MOVED(from, to); told = told | (1 << to) };
			break
		fi;
next:
		atomic { from = 0; seen = 0 }
	od;
	atomic { ended++; from = 0; to = 0; seen = 0; tries = 0 }
}

proctype pack_refs(byte me) {
	byte was, base, next;
	if
	:: atomic { packed_lock == NOBODY -> packed_lock = me }
	:: atomic { packed_lock != NOBODY -> goto out }
	fi;
	base = packed;
	was = loose;
	assert(was != EMPTY);
	next = (was -> was : base);
	atomic { packed = next; SAME };
	packed_lock = NOBODY;
	/* prune_refs: each loose file under its own lock, if it still is what was packed. */
	if
	:: was != 0 ->
		if
		:: atomic { lock == NOBODY -> lock = me; marked = false }
		:: atomic { lock != NOBODY -> goto out }
		fi;
		base = loose;
		if
		:: base == was -> atomic { assert(lock == me); loose = 0; SAME }
		:: else
		fi;
		atomic { assert(lock == me); lock = NOBODY }
	:: else
	fi;
out:
	atomic { ended++; was = 0; base = 0; next = 0 }
}

proctype remove_ref(byte me) {
	if
	:: atomic { lock == NOBODY -> lock = me; marked = false }
	:: atomic { lock != NOBODY -> goto out }
	fi;
	if
	:: atomic { packed_lock == NOBODY -> packed_lock = me }
	:: atomic { packed_lock != NOBODY -> lock = NOBODY; goto out }
	fi;
	atomic { deleted = true; packed = 0; truth = BRANCH };
	atomic { loose = 0; truth = 0; SAME };
	atomic { assert(lock == me); lock = NOBODY };
	packed_lock = NOBODY;
out:
	ended++
}

init {
	byte me = LAST, at, left;
	bool saw;
	atomic {
		if :: loose = 1 :: packed = 1 fi;
		/* Four parties: with more there would be more than can be looked through in a minute. */
		run hhgit(1, TRIES);
		run update_ref(3, 2);
		run pack_refs(4);
#if defined(DELETER)
		run remove_ref(5)
#elif defined(PACKERS)
		run pack_refs(5)
#else
		run hhgit(2, 1)
#endif
	}
	ended == 4;
	atomic {
		kills = 0;
		assert(turn == NOBODY && packed_lock == NOBODY);
		goto clean
	}
died:
	assert(false);
clean:
	clean_up();
	/* Nothing is left, but for the lock of a git that died, which is not hhgit's to take. */
#ifndef NO_FLOCK
#ifdef GIT_DIES
	assert(lock == NOBODY || lock == 3);
	assert(value == 0 || lock == 3);
#else
	assert(lock == NOBODY && value == 0);
#endif
#endif
	SAME;
	assert(deleted || truth != 0);
	/* Whoever was told that the branch came to its commit finds that commit in the branch's history. */
	atomic {
		at = truth;
		do
		:: at == 0 -> break
		:: else -> told = told & ~(1 << at); at = parent[at]
		od;
		assert(deleted || told == 0)
	}
}
