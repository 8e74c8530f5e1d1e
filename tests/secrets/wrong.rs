//! Trees in which something is wrong at the very place of a secret.
