// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/**
 * What stands beside a queue on the broker, and by which way messages get to it. No way is shorter
 * than the delay that is asked for. Thread-safe.
 */
interface Layout {

  /** Makes what is needed before the queue is; true if something is new. Blocks. */
  boolean prepare(Connection connection, String queue) throws IOException;

  /** The arguments of a queue that is not there yet. */
  Map<String, Object> arguments(String queue);

  /** Ties the queue to what is there. Blocks. */
  void bind(Connection connection, String queue) throws IOException;

  /** Brings back what became due when the queue was not there. Blocks. */
  void bringBack(Connection connection, String queue) throws IOException;

  /** The way of a new message. */
  Parcel.Address sent(String queue, Duration delay);

  /** What a new message needs to find that way. */
  AMQP.BasicProperties sent(AMQP.BasicProperties properties);

  /**
   * The way of a message that comes again.
   *
   * @param attempts attempts that count so far
   */
  Parcel.Address moved(String queue, int attempts, Duration delay);

  /** How messages say how many attempts they have had. */
  Counter counter();

  /** The longest delay of one pass. */
  Duration longest();

  /** Delays are rounded up to a multiple of this, or further. */
  Duration granularity();
}
