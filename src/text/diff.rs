//! A change as a unified diff that `git apply` takes.
