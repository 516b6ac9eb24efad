// SPDX-License-Identifier: Apache-2.0

/** The engine. */
module dev.redrive.core {
  requires transitive dev.redrive;
  requires transitive dev.redrive.spi;
  requires static transitive org.jspecify;
  requires org.slf4j;

  exports dev.redrive.core;

  uses dev.redrive.spi.TransportProvider;
}
