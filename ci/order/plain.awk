# A function's name without the numbers that a compiler makes anew: those of the crates, and the one at the end.
function plain(name) {
    sub(/17h[0-9a-f]*E(\.llvm\.[0-9]*)?$/, "", name)
    gsub(/Cs[0-9A-Za-z]*_/, "Cs_", name)
    return name
}
