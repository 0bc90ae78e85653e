# The names that there are, in the order of the list that is read after them.
NR == FNR { known[plain($1)] = known[plain($1)] $1 "\n"; next }
/^#/ { next }
$1 in known { printf "%s", known[$1]; next }
{ print }
