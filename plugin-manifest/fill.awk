# awk -f fill.awk -v version=… -v repository=… -v archives=… SUMS TEMPLATE: the manifest of the archives that SUMS lists.

# "CHECKSUM  FILE", as sha256sum prints it.
NR == FNR { sums[$2] = $1; next }

# Comments are about the template.
/^#/ { next }

# A platform begins, and ends where the next one does.
/^  - selector:/ { put(); in_platforms = 1 }

{
  gsub(/\$\{VERSION\}/, version)
  gsub(/\$\{ARCHIVES\}/, archives)
  if (/\$\{REPOSITORY\}/ && repository == "") next
  gsub(/\$\{REPOSITORY\}/, repository)
}

!in_platforms { print; next }

/^    uri: / { archive = $2; sub(/.*\//, "", archive); known = archive in sums }
/^    sha256: / && known { sub(/\$\{SHA256\}/, sums[archive]); delete sums[archive] }
{ platform = platform $0 "\n" }

END {
  put()
  for (left in sums) { print left " is for no platform of the template" >"/dev/stderr"; failed = 1 }
  exit failed
}

function put() {
  if (known) printf "%s", platform
  platform = ""
  known = 0
}
