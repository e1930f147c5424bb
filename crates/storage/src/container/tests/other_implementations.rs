//! Containers made by other implementations open here.
