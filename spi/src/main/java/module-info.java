// SPDX-License-Identifier: Apache-2.0

/** What a transport implements. */
module dev.redrive.spi {
  requires transitive dev.redrive;
  requires static transitive org.jspecify;

  exports dev.redrive.spi;
}
