//! Each rule by example: a small fabric that passes, and what is said when one thing in it is wrong.
