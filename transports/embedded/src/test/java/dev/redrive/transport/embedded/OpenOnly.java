// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.testkit.RealTime;
import java.nio.file.Path;

/** Opens a data folder and closes it. */
final class OpenOnly {
  private OpenOnly() {}

  /** Argument: the data folder. */
  public static void main(String[] arguments) {
    try (RealTime time = new RealTime(1)) {
      EmbeddedTransport.open(
              EmbeddedTransportConfig.builder(Path.of(arguments[0])).build(), time.environment())
          .close();
    }
  }
}
