// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import com.rabbitmq.client.Address;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.ShutdownListener;
import com.rabbitmq.client.ShutdownSignalException;
import dev.redrive.spi.Environment;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;

/**
 * Two connections to the broker, which live and die together: one to publish, one for all else. A
 * broker in need does not read from connections that publish, and acknowledgements are what it
 * needs then. Everything that was leased over a link ends with it.
 */
final class Link {
  private static final int TIMEOUT_MILLIS = 10_000;
  private static final int CLOSE_MILLIS = 2_000;
  private static final int BODY_MAX = 512 << 20;

  private final Connection publishing;
  private final Connection consuming;
  private final Cork publishingCork;
  private final Cork consumingCork;
  private final CompletableFuture<String> lost = new CompletableFuture<>();

  private Link(
      Connection publishing, Connection consuming, Cork publishingCork, Cork consumingCork) {
    this.publishing = publishing;
    this.consuming = consuming;
    this.publishingCork = publishingCork;
    this.consumingCork = consumingCork;
    ShutdownListener end =
        (ShutdownSignalException signal) -> lose(String.valueOf(signal.getMessage()));
    // Added to a connection that is closed already, it is called at once.
    publishing.addShutdownListener(end);
    consuming.addShutdownListener(end);
  }

  /** A factory of connections as the configuration says. */
  static ConnectionFactory factory(RabbitTransportConfig config, Environment environment)
      throws GeneralSecurityException {
    ConnectionFactory factory = new RoomyFrames();
    factory.setUsername(config.user());
    factory.setPassword(config.password());
    factory.setVirtualHost(config.virtualHost());
    // Its own recovery forgets what was unconfirmed, drops late acknowledgements without a word
    // and never tries the first connection again.
    factory.setAutomaticRecoveryEnabled(false);
    factory.setTopologyRecoveryEnabled(false);
    factory.setRequestedHeartbeat(Math.toIntExact(config.heartbeat().toSeconds()));
    factory.setConnectionTimeout(TIMEOUT_MILLIS);
    factory.setHandshakeTimeout(TIMEOUT_MILLIS);
    factory.setChannelRpcTimeout(3 * TIMEOUT_MILLIS);
    // Its own bound is below the broker's, and closes the connection on a message that is larger.
    factory.setMaxInboundMessageBodySize(BODY_MAX);
    factory.setThreadFactory(environment.threads());
    factory.setExceptionHandler(new QuietExceptions());
    if (config.isTls()) {
      factory.useSslProtocol(Trust.context(config.trustStore(), config.trustStorePassword()));
      factory.enableHostnameVerification();
    }
    return factory;
  }

  /** Connects to the first of these nodes that answers. Blocks. */
  static Link open(ConnectionFactory factory, List<Address> hosts)
      throws IOException, TimeoutException {
    Cork publishingCork = new Cork();
    Connection publishing = corked(factory, publishingCork).newConnection(hosts, "redrive publish");
    try {
      Cork consumingCork = new Cork();
      Connection consuming = corked(factory, consumingCork).newConnection(hosts, "redrive consume");
      return new Link(publishing, consuming, publishingCork, consumingCork);
    } catch (IOException | TimeoutException | RuntimeException failure) {
      publishing.abort(CLOSE_MILLIS);
      throw failure;
    }
  }

  private static ConnectionFactory corked(ConnectionFactory factory, Cork cork) {
    ConnectionFactory corked = factory.clone();
    if (!factory.isSSL()) {
      corked.setSocketFactory(cork);
    }
    return corked;
  }

  Connection publishing() {
    return publishing;
  }

  /** Holds back what the publishing connection writes; does nothing to one with TLS. */
  Cork publishingCork() {
    return publishingCork;
  }

  /** The same of the consuming connection. */
  Cork consumingCork() {
    return consumingCork;
  }

  Connection consuming() {
    return consuming;
  }

  /** A new channel. Blocks. */
  static Channel channel(Connection connection) throws IOException {
    return connection
        .openChannel()
        .orElseThrow(() -> new IOException("the connection has no channel left"));
  }

  /** Completes, with the reason, when either connection is lost or the link was given up. */
  CompletionStage<String> lost() {
    return lost;
  }

  boolean isLost() {
    return lost.isDone();
  }

  /** Gives the link up: something on it is not as it should be. */
  void lose(String why) {
    lost.complete(why);
  }

  /** Closes both connections, in good order if the broker answers. Blocks for a bounded time. */
  void close() {
    publishing.abort(CLOSE_MILLIS);
    consuming.abort(CLOSE_MILLIS);
  }
}
