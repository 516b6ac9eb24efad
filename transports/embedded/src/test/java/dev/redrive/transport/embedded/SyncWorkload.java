// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.TransportException;
import dev.redrive.TransportState;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Lease;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.SubscribeOptions;
import dev.redrive.spi.Subscription;
import dev.redrive.testkit.RealTime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Sends and acknowledges messages one after another until the disk fails, and writes down what it
 * was told: {@code S id}, {@code E id}, {@code refused <what>}, the states, and {@code end}.
 */
final class SyncWorkload {
  static final int MESSAGES = 60;
  private static final int SENDS_AFTER = 3;

  private final Path log;

  private SyncWorkload(Path log) {
    this.log = log;
  }

  /** Arguments: the data folder and the log. */
  public static void main(String[] arguments) throws Exception {
    new SyncWorkload(Path.of(arguments[1])).run(Path.of(arguments[0]));
  }

  private void run(Path folder) throws Exception {
    try (RealTime time = new RealTime(1)) {
      try (EmbeddedTransport transport =
          EmbeddedTransport.open(
              EmbeddedTransportConfig.builder(folder).build(), time.environment())) {
        BlockingQueue<TransportState> states = new LinkedBlockingQueue<>();
        transport.onState(states::add);
        write("state " + states.take());
        if (!work(transport)) {
          write("state " + states.poll(10, TimeUnit.SECONDS));
          for (int i = 0; i < SENDS_AFTER; i++) {
            send(transport, "after-" + i);
          }
        }
      } catch (TransportException e) {
        write("not opened: " + e.getMessage());
      }
    }
    write("end");
  }

  /** Sends and ends messages; false if one was refused. */
  private boolean work(EmbeddedTransport transport) throws Exception {
    transport.provision(CrashWorkload.SPEC).toCompletableFuture().join();
    BlockingQueue<InMessage> arrived = new LinkedBlockingQueue<>();
    Subscription subscription =
        transport.subscribe(
            CrashWorkload.QUEUE, new SubscribeOptions(Duration.ofMinutes(1)), arrived::addAll);
    subscription.request(MESSAGES);
    boolean isGood = true;
    for (int i = 0; i < MESSAGES && isGood; i++) {
      isGood = send(transport, "m" + i);
      if (isGood) {
        isGood = end(subscription, arrived.take());
      }
    }
    return isGood;
  }

  private boolean send(EmbeddedTransport transport, String id) throws Exception {
    OutMessage message =
        new OutMessage(id, false, "", Instant.EPOCH, Map.of(), CrashWorkload.body(id));
    try {
      transport.publish(CrashWorkload.QUEUE, List.of(message)).toCompletableFuture().join();
      write("S " + id);
      return true;
    } catch (CompletionException e) {
      write("refused " + id + ": " + e.getMessage());
      return false;
    }
  }

  private boolean end(Subscription subscription, InMessage message) throws Exception {
    List<Lease> lease = List.of(message.lease());
    try {
      subscription.begin(lease).toCompletableFuture().join();
      List<Settlement> ack = List.of(new Settlement.Ack(message.lease()));
      subscription.settle(ack).toCompletableFuture().join();
      write("E " + message.id());
      return true;
    } catch (CompletionException e) {
      write("refused the end of " + message.id() + ": " + e.getMessage());
      return false;
    }
  }

  private void write(String line) throws Exception {
    Files.writeString(log, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
