# SPDX-License-Identifier: Apache-2.0
# Finds the Java and Maven that the build needs; installs them where that is possible. Sourced by ./redrive and ./check.
# Sets JAVA (path of java), JAVA_FEATURE (17, 21, …) and, by need_jdk, JAVA_HOME. POSIX sh.

JAVA_FEATURE_MIN=17
MAVEN_MIN="3.8"

say() { printf '%s: %s\n' "${PROGRAM:-redrive}" "$*" >&2; }
die() {
  say "$@"
  exit 1
}

# quick_build LOG ARGUMENTS…: builds without tests and checks. If it fails, tells what is wrong and where all of it stands.
quick_build() {
  log=$1
  shift
  if mvn -B -ntp -q -DskipTests -Dquick "$@" >"$log" 2>&1 </dev/null; then
    return 0
  fi
  build_errors "$log" >&2
  die "the build failed; Maven's whole output is in $log"
}

# build_errors LOG: what Maven says is wrong, each line once and without its advice; else its last lines.
build_errors() {
  errors=$(grep -E '^\[(ERROR|FATAL)\]' "$1" | sed 's/ *-> \[Help [0-9]*\]$//' |
    grep -viE '^\[ERROR\] *$|^\[ERROR\] {8}|\[help [0-9]+\] http|re-run maven|for more information|after correcting|-rf :' |
    awk '!seen[$0]++' | tail -n 40) || true
  if [ -n "$errors" ]; then
    printf '%s\n' "$errors"
  else
    tail -n 20 "$1"
  fi
}

# java_feature JAVA: prints the feature version, read from the runtime's release file, or asked of it (slower).
java_feature() {
  real=$(readlink -f "$1" 2>/dev/null) || real=$1
  version=$(sed -n 's/^JAVA_VERSION="\(.*\)"/\1/p' "${real%/bin/java}/release" 2>/dev/null)
  [ -n "$version" ] || version=$("$1" -version 2>&1 | sed -n 's/.* version "\([^"]*\)".*/\1/p' | head -n 1)
  version=${version#1.}
  version=${version%%[!0-9]*}
  printf '%s\n' "${version:-0}"
}

# find_java [javac]: the first Java that is new enough (and has a compiler, if asked): JAVA_HOME, PATH, the usual folders.
find_java() {
  for candidate in "${JAVA_HOME:-/nonexistent}/bin/java" "$(command -v java 2>/dev/null)" \
    /usr/lib/jvm/*/bin/java /opt/java/*/bin/java /Library/Java/JavaVirtualMachines/*/Contents/Home/bin/java; do
    [ -n "$candidate" ] && [ -x "$candidate" ] || continue
    feature=$(java_feature "$candidate")
    [ "$feature" -ge "$JAVA_FEATURE_MIN" ] || continue
    home=$(readlink -f "$candidate" 2>/dev/null) || home=$candidate
    home=${home%/bin/java}
    [ "${1:-}" != javac ] || [ -x "$home/bin/javac" ] || continue
    JAVA=$candidate
    JAVA_FEATURE=$feature
    JDK=$home
    return 0
  done
  return 1
}

# has_maven: is there a Maven, and is it new enough?
has_maven() {
  command -v mvn >/dev/null 2>&1 || return 1
  maven_version=$(JAVA_HOME="${JDK:-${JAVA_HOME:-}}" MAVEN_OPTS='' mvn --version 2>/dev/null | sed -n 's/.*Apache Maven \([0-9][0-9.]*\).*/\1/p' | head -n 1)
  lowest=$(printf '%s\n%s\n' "$MAVEN_MIN" "${maven_version:-0}" | sort -t. -k1,1n -k2,2n | head -n 1)
  [ "$lowest" = "$MAVEN_MIN" ]
}

# install REASON PACKAGES: on Debian and its kin, as root; otherwise says what to run, and ends. PACKAGES "jdk" is any that will do.
install() {
  package=$2
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    [ "$package" = jdk ] || [ "$package" = maven ] || die "$1. Install it, on Debian or Ubuntu with
    sudo apt-get install -y $package
then run this again."
    die "$1. Install what is needed, on Debian or Ubuntu with
    sudo apt-get install -y $(jdk_package) maven
elsewhere a JDK of $JAVA_FEATURE_MIN or later and Maven $MAVEN_MIN or later; then run this again."
  fi
  say "$1; installing it with apt-get…"
  log=$(mktemp)
  apt-get update >"$log" 2>&1 </dev/null || true # What is known already may be enough.
  [ "$package" != jdk ] || package=$(jdk_package)
  # Not quoted, since it may be several.
  if DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $package >>"$log" 2>&1 </dev/null; then
    rm -f "$log"
    return 0
  fi
  tail -n 20 "$log" >&2
  rm -f "$log"
  die "could not install $package: install it by hand, then run this again."
}

# jdk_package: the oldest JDK that will do and that this distribution has.
jdk_package() {
  for candidate in openjdk-17-jdk-headless openjdk-21-jdk-headless openjdk-25-jdk-headless; do
    if apt-cache show "$candidate" >/dev/null 2>&1; then
      printf '%s\n' "$candidate"
      return
    fi
  done
  printf 'default-jdk-headless\n'
}

need_java() {
  find_java && return 0
  install "Java $JAVA_FEATURE_MIN or later is missing" jdk
  find_java || die "Java $JAVA_FEATURE_MIN or later is still not found; set JAVA_HOME to it"
}

need_jdk() {
  if ! find_java javac; then
    install "a JDK (javac) of Java $JAVA_FEATURE_MIN or later is missing" jdk
    find_java javac || die "a JDK of Java $JAVA_FEATURE_MIN or later is still not found; set JAVA_HOME to it"
  fi
  JAVA_HOME=$JDK
  export JAVA_HOME
}

need_maven() {
  has_maven && return 0
  install "Maven $MAVEN_MIN or later is missing" maven
  has_maven || die "Maven $MAVEN_MIN or later is still not found (there is ${maven_version:-none}); put it first in PATH"
}

# The oldest RabbitMQ that the transport works on is Debian 12's; its tests start a node of their own, never the service.
RABBITMQ_SERVER=/usr/lib/rabbitmq/bin/rabbitmq-server

need_rabbitmq() {
  [ -x "$RABBITMQ_SERVER" ] && return 0
  install "RabbitMQ, which the tests of its transport start, is missing" rabbitmq-server
  [ -x "$RABBITMQ_SERVER" ] || die "RabbitMQ is still not found: the tests start $RABBITMQ_SERVER"
}

# Of the newest PostgreSQL that is installed, by its package: a "postgres" elsewhere in the path may be anything.
has_postgresql() {
  for server in /usr/lib/postgresql/*/bin/postgres; do
    [ -x "$server" ] && return 0
  done
  return 1
}

need_postgresql() {
  has_postgresql && return 0
  install "PostgreSQL, which tests start, is missing" postgresql
  has_postgresql || die "PostgreSQL is still not found: the tests start /usr/lib/postgresql/*/bin/postgres"
}

MARIADB_SERVER=/usr/sbin/mariadbd
# Of the client's package, without which a server cannot be given its first folder.
MARIADB_DEFAULTS=/usr/bin/my_print_defaults

has_mariadb() { [ -x "$MARIADB_SERVER" ] && [ -x "$MARIADB_DEFAULTS" ]; }

need_mariadb() {
  has_mariadb && return 0
  install "MariaDB, which tests start, is missing" "mariadb-server-core mariadb-client-core"
  has_mariadb || die "MariaDB is still not found: the tests start $MARIADB_SERVER"
}
