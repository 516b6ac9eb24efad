// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import com.rabbitmq.client.Connection;
import dev.redrive.TransportException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which broker is at the other end. */
final class BrokerVersion {
  private static final Pattern VERSION = Pattern.compile("([0-9]+)\\.([0-9]+).*");
  private static final int MAJOR_MIN = 3;
  private static final int MINOR_MIN = 10;

  private BrokerVersion() {}

  /** Refuses a broker that cannot dead-letter at least once, and would therefore lose messages. */
  static void check(Connection connection) {
    String version = Headers.text(connection.getServerProperties().get("version"));
    Matcher numbers = VERSION.matcher(version);
    if (!numbers.matches()) {
      return;
    }
    int major = Integer.parseInt(numbers.group(1));
    int minor = Integer.parseInt(numbers.group(2));
    if (major < MAJOR_MIN || (major == MAJOR_MIN && minor < MINOR_MIN)) {
      throw new TransportException(
          "this is RabbitMQ "
              + version
              + ", which may lose what it dead-letters; 3.10 or later is"
              + " needed");
    }
  }
}
