// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.queue;

import dev.redrive.Queue;
import dev.redrive.server.config.QueueConfig;
import dev.redrive.server.delivery.WebhookWorker;
import java.util.Optional;

/**
 * A queue as this server runs it.
 *
 * @param config its settings
 * @param isConfigured true if these come from the configuration file, and are changed only there
 * @param queue the engine's queue
 * @param worker what delivers its messages; empty if workers lease them
 */
public record ManagedQueue(
    QueueConfig config, boolean isConfigured, Queue<byte[]> queue, Optional<WebhookWorker> worker) {

  /** Its name. */
  public String name() {
    return config.name();
  }
}
