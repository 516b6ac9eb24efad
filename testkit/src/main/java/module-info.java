// SPDX-License-Identifier: Apache-2.0

// The transport contract, virtual time and fault injection. (No Javadoc: Error Prone does not know
// it on an open module.)
open module dev.redrive.testkit {
  requires transitive dev.redrive;
  requires transitive dev.redrive.spi;
  requires static transitive org.jspecify;
  requires transitive org.junit.jupiter.api;
  requires transitive org.assertj.core;

  exports dev.redrive.testkit;
  exports dev.redrive.testkit.servers;
}
