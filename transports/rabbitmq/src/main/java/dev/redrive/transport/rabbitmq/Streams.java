// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import com.rabbitmq.client.Connection;
import dev.redrive.TransportException;
import java.io.IOException;
import java.util.Map;

/** Whether the broker has stream queues, which it needs to dead-letter at least once. */
final class Streams {
  private Streams() {}

  /**
   * At-least-once dead-lettering is silently not done where the feature flag {@code stream_queue}
   * is off, so whether it is on has to be tried. Blocks; one process at a time.
   */
  static void check(Connection connection, Names names) throws IOException {
    try {
      OneCall.make(
          connection,
          channel -> {
            channel.queueDeclare(
                names.probe(), true, false, false, Map.of("x-queue-type", "stream"));
            return channel.queueDelete(names.probe());
          });
    } catch (IOException refused) {
      if (!connection.isOpen()) {
        throw refused;
      }
      throw new TransportException(
          "the broker has no stream queues, and without them it may lose what it dead-letters;"
              + " enable the feature flag with: rabbitmqctl enable_feature_flag stream_queue",
          refused);
    }
  }
}
