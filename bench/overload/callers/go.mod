module cqlgate/bench/overload/callers

go 1.24
