// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/** A call of the broker on a channel of its own, which an error ends. Its methods block. */
interface OneCall<T> {
  T on(Channel channel) throws IOException;

  static <T> T make(Connection connection, OneCall<T> call) throws IOException {
    Channel channel = Link.channel(connection);
    try {
      T result = call.on(channel);
      channel.close();
      return result;
    } catch (TimeoutException late) {
      throw new IOException("the broker does not answer", late);
    } finally {
      channel.abort();
    }
  }

  /** Empty if there is no such thing. */
  static <T> Optional<T> find(Connection connection, OneCall<T> call) throws IOException {
    try {
      return Optional.of(make(connection, call));
    } catch (IOException failure) {
      if (refusal(failure, AMQP.NOT_FOUND).isPresent()) {
        return Optional.empty();
      }
      throw failure;
    }
  }

  /** What the broker says, if it refused the call with this code. */
  static Optional<String> refusal(IOException failure, int code) {
    return failure.getCause() instanceof ShutdownSignalException signal
            && signal.getReason() instanceof AMQP.Channel.Close close
            && close.getReplyCode() == code
        ? Optional.of(close.getReplyText())
        : Optional.empty();
  }
}
