// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import com.rabbitmq.client.impl.DefaultExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does not cry about each reset connection: that a link is lost is told once, by its keeper. */
final class QuietExceptions extends DefaultExceptionHandler {
  private static final Logger log = LoggerFactory.getLogger(QuietExceptions.class);

  @Override
  protected void log(String message, Throwable failure) {
    log.debug(message, failure);
  }
}
