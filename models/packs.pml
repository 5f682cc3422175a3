/*
 * How new objects come into a repository and stay: hhgit's packs beside git's collection, every interleaving of their steps.
 *
 * What stands for what:
 *   hhgit()     src/git/write.rs write, then src/git/publish.rs publish; src/modes/tries.rs: again where the branch moved
 *   begin()     src/git/keep.rs Staging::begin: under objects/pack's own lock (flock), what dead runs left goes, and a folder
 *               with a mark in it is made; then the mark is locked, which the system undoes when its holder dies
 *   install()   src/git/keep.rs Staging::install: under that lock again, the mark as .keep, then .pack, then .idx
 *   clean()     src/git/keep.rs clean_locked, clean_staging, clean_keep
 *   drop_keep   src/git/keep.rs Keep::drop, after the branch was moved and read (src/git/publish.rs)
 *   push()      git push of a person: git's own .keep, .pack, .idx, the branch, and the .keep away
 *   gc()        git gc --prune=now: repack -a -d lists the packs it will delete, pack-objects lists them again and packs what refs
 *               reach and no kept pack holds, the listed ones go; then git prune --expire=now
 *   a kill      of either hhgit, before any of its steps
 *
 * The branch's own move is one step here; publish.pml looks into that. An object stands for all that one commit brings.
 */
#define PACK 1
#define IDX 2
#define KEEP 4
#define DIR 1
#define MARK 2
#define HALF 4                /* a pack and its index, in the folder */

#define NOBODY 0
#define GIT 3
#define LAST 4
#define SLOTS 6               /* packs: 0 was there, 1 to 3 hhgit's, 4 a person's, 5 of git's collection */

#ifndef KILLS
#define KILLS 1
#endif

byte slot[SLOTS];             /* which files of each pack are there */
byte holds[SLOTS];            /* the objects in it, a bit each */
byte keeper[SLOTS];           /* who made the .keep */
byte folder[5];               /* each hhgit's folder */
bool held[5];                 /* whether it holds its mark locked */
byte dir_lock = NOBODY;
byte single = 0;              /* loose objects */

/* 1 was there, 2 is hhgit's commit of it, 4 a person's on it, 8 and 16 hhgit's or a person's on top of both in either order. */
byte ref = 1;                 /* the branch's commit */
byte need = 1;                /* all in its history */
byte told = 0;
byte kills = KILLS;
byte ended = 0;

byte i, all;                  /* for SOUND alone */

/* Each object that the branch needs can be read. */
#define SOUND \
	all = single; i = 0; \
	do \
	:: i == SLOTS -> break \
	:: i < SLOTS -> if :: (slot[i] & 3) == 3 -> all = all | holds[i] :: else fi; i++ \
	od; \
	assert((need & ~all) == 0); i = 0; all = 0

#define MAY_DIE if :: kills > 0 -> kills--; goto died :: true fi

/* hhgit's commit of what is there: the same for both. */
#define SYNC(from) (from == 1 -> 2 : (from == 4 -> 8 : 0))

#define LEFT_FOLDER (who != me && (folder[who] & DIR) && (!(folder[who] & MARK) || !held[who]))
#ifdef CLEAN_ANY_KEEP
#define LEFT_KEEP ((slot[who] & KEEP) && (keeper[who] == GIT || !held[keeper[who]]))
#else
#define LEFT_KEEP ((slot[who] & KEEP) && keeper[who] != GIT && !held[keeper[who]])
#endif

inline lock_dir() {
#ifdef DIR_LOCK_GIVEN_UP
	/* As it was: where the lock did not come in two seconds hhgit went on without. */
	if
	:: atomic { dir_lock == NOBODY -> MAY_DIE; dir_lock = me }
	:: atomic { dir_lock != NOBODY -> MAY_DIE }
	fi
#else
	atomic { dir_lock == NOBODY -> MAY_DIE; dir_lock = me }
#endif
}

inline unlock_dir() {
	atomic { MAY_DIE; if :: dir_lock == me -> dir_lock = NOBODY :: else fi }
}

/* A look that finds nothing, or that its finder dies after, changes nothing: kills come before what others can see. */
inline clean() {
	/* clean_staging: a folder whose mark is not there or not locked. */
	who = 1;
	do
	:: who == 3 -> break
	:: who < 3 && !LEFT_FOLDER -> who++
	:: who < 3 && LEFT_FOLDER -> atomic { MAY_DIE; assert(!living[who]); folder[who] = 0; who++ }
	od;
	/* clean_keep: one of hhgit's that is not locked; half of a pack goes first. */
	who = 1;
	do
	:: who == 5 -> break
	:: who < 5 && !LEFT_KEEP -> who++
	:: who < 5 && LEFT_KEEP ->
		atomic { MAY_DIE; if :: (slot[who] & 3) != 3 -> slot[who] = slot[who] & KEEP :: else fi };
		atomic { MAY_DIE; assert(!living[keeper[who]]); slot[who] = slot[who] & ~KEEP; keeper[who] = NOBODY; who++ }
	od;
	who = 0
}

inline begin() {
	lock_dir();
	if :: dir_lock == me -> clean() :: else fi;
	atomic { MAY_DIE; living[me] = true; folder[me] = DIR };
	atomic { MAY_DIE; assert(folder[me] & DIR); folder[me] = DIR | MARK };
#ifndef MARK_NOT_LOCKED
	atomic { MAY_DIE; held[me] = true };
#endif
	unlock_dir();
	atomic { MAY_DIE; assert(folder[me] & DIR); folder[me] = folder[me] | HALF }
}

inline put_keep() {
#ifndef NO_KEEP
	atomic { MAY_DIE; assert(folder[me] & MARK); folder[me] = folder[me] & ~MARK; slot[at] = slot[at] | KEEP; keeper[at] = me }
#else
	skip
#endif
}

inline install() {
	lock_dir();
#ifndef KEEP_AFTER_PACK
	put_keep();
#endif
	atomic { MAY_DIE; assert(folder[me] & HALF); slot[at] = slot[at] | PACK; holds[at] = to };
	atomic { MAY_DIE; assert(folder[me] & HALF); slot[at] = slot[at] | IDX };
#ifdef KEEP_AFTER_PACK
	put_keep();
#endif
	atomic { MAY_DIE; folder[me] = 0 };
	unlock_dir()
}

inline drop_keep() {
	lock_dir();
	atomic { MAY_DIE; if :: keeper[at] == me -> slot[at] = slot[at] & ~KEEP; keeper[at] = NOBODY :: else fi };
	unlock_dir();
	atomic { held[me] = false; living[me] = false }
}

bool living[5];               /* whether a run is between its begin and the end of its drop_keep */

proctype hhgit(byte me; byte tries) {
	byte from, to, at, who;
	bool saw;
	do
	:: tries == 0 -> break
	:: tries > 0 ->
		atomic {
			tries--;
			from = ref;
			to = SYNC(from);
			if :: to == 0 -> break :: else fi;
#ifdef SAME_STEM
			at = (to == 2 -> 1 : 3)
#else
			at = (me == 1 && tries == 0 -> 3 : me)
#endif
		};
#ifdef LOOSE
		atomic { MAY_DIE; single = single | to };
#else
		begin();
		install();
#endif
#ifdef KEEP_DROPPED_EARLY
		drop_keep();
#endif
		atomic {
			MAY_DIE;
			saw = (ref == from || ref == to);
			if :: ref == from -> ref = to; need = need | to; SOUND :: else fi
		};
#if !defined(KEEP_DROPPED_EARLY) && !defined(LOOSE)
		drop_keep();
#endif
		if
		:: saw -> atomic { told = told | to; break }
		:: else
		fi
	od;
	goto over;
died:
	atomic { held[me] = false; living[me] = false; if :: dir_lock == me -> dir_lock = NOBODY :: else fi };
over:
	atomic { ended++; from = 0; to = 0; at = 0; who = 0; saw = false; tries = 0 }
}

/* On top of whatever is there; git's receive-pack with receive.unpackLimit=1. */
proctype push() {
	byte from, to;
	atomic {
		from = ref;
		to = (from == 1 -> 4 : 16);
		slot[4] = KEEP;
		keeper[4] = GIT
	};
	atomic { slot[4] = slot[4] | PACK; holds[4] = to };
	slot[4] = slot[4] | IDX;
	atomic { if :: ref == from -> ref = to; need = need | to; told = told | to; SOUND :: else fi };
	atomic { if :: keeper[4] == GIT -> slot[4] = slot[4] & ~KEEP; keeper[4] = NOBODY :: else fi; ended++; from = 0; to = 0 }
}

proctype gc(byte new) {
	byte s, doomed, reach, kept;
#ifdef TORN_LISTING
	bool saw;
#endif
	/* repack: an index is seen, then whether there is a .keep. */
	do
	:: s == SLOTS -> break
	:: s < SLOTS && (slot[s] & 3) != 3 -> s++
	:: s < SLOTS && (slot[s] & 3) == 3 -> atomic { if :: !(slot[s] & KEEP) -> doomed = doomed | (1 << s) :: else fi; s++ }
	od;
	/* pack-objects, in the same way; the refs before or after. */
	s = 0;
	if :: reach = need :: true fi;
	do
	:: s == SLOTS -> break
	:: s < SLOTS && (slot[s] & 3) != 3 -> s++
	:: s < SLOTS && (slot[s] & 3) == 3 -> atomic { if :: slot[s] & KEEP -> kept = kept | holds[s] :: else fi; s++ }
	od;
	s = 0;
	if :: reach == 0 -> reach = need :: else fi;
	atomic { holds[new] = reach & ~kept; slot[new] = PACK | IDX; kept = 0; reach = 0 };
	do
	:: s == SLOTS -> break
	:: s < SLOTS ->
		atomic { if :: doomed & (1 << s) -> slot[s] = slot[s] & KEEP; holds[s] = 0; SOUND :: else fi; s++ }
	od;
	atomic { doomed = 0; s = 0 };
	/* prune: folders that look temporary, and loose objects that refs do not reach. */
#ifdef TEMPORARY_NAME
	atomic { assert(!living[1] || folder[1] == 0); folder[1] = 0 };
	atomic { assert(!living[2] || folder[2] == 0); folder[2] = 0 };
#endif
#ifdef LOOSE
	reach = need;
	atomic { single = single & reach; reach = 0; SOUND };
#endif
#ifdef TORN_LISTING
	/* gc deletes an index, with what goes by its name, whose pack it did not see in its listing. */
	saw = (slot[1] & PACK) != 0;
	atomic { if :: !saw && (slot[1] & IDX) -> slot[1] = slot[1] & PACK; keeper[1] = NOBODY; SOUND :: else fi; saw = false };
#endif
	atomic { ended++; new = 0 }
}

init {
	byte me = LAST, who;
	atomic {
		slot[0] = PACK | IDX;
		holds[0] = 1;
		run hhgit(1, 2);
#ifndef ONE_HHGIT
		run hhgit(2, 1);
#else
		ended++;
#endif
#ifndef NO_PUSH
		run push();
#else
		ended++;
#endif
		run gc(5)
	}
	ended == 4;
	atomic { kills = 0; assert(dir_lock == NOBODY); goto after };
died:
	assert(false);
after:
	lock_dir();
	clean();
	unlock_dir();
	/* Nothing is left, no half of a pack either, and what was told is so. */
	atomic {
		who = 0;
		do
		:: who == SLOTS -> break
		:: else ->
			assert(!(slot[who] & KEEP));
			assert((slot[who] & 3) == 3 || (slot[who] & 3) == 0);
			who++
		od;
		assert(folder[1] == 0 && folder[2] == 0);
		assert((told & ~need) == 0);
		SOUND
	}
}
