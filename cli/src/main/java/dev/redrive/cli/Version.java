// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/** Which Redrive this is, on which Java. */
final class Version implements IVersionProvider {

  @Override
  public String[] getVersion() {
    String version = Main.class.getPackage().getImplementationVersion();
    return new String[] {
      "redrive "
          + Objects.requireNonNullElse(version, "(unpackaged)")
          + " on Java "
          + Runtime.version().feature()
    };
  }
}
