// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.retry.Reason;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Lease;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.QueueSpec;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.SubscribeOptions;
import dev.redrive.spi.Subscription;
import dev.redrive.testkit.RealTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.zip.CRC32C;

/**
 * Sends and processes messages until it is killed, and writes down what it was told and what it is
 * about to do. A line survives the end of the process once it is written.
 *
 * <pre>
 * S id      sent, and told so
 * b id n    about to begin attempt n        B id n    begun
 * e id      about to end it                 E id      ended, and told so
 * d id      about to bury it                D id      buried, and told so
 * </pre>
 */
final class CrashWorkload {
  static final String QUEUE = "crash";
  static final QueueSpec SPEC =
      new QueueSpec(QUEUE, false, OptionalLong.empty(), Duration.ofHours(1));
  private static final int PRODUCERS = 8;
  private static final int CONSUMERS = 6;
  private static final int BODY_BYTES_MAX = 600;
  private static final int LARGE_BODY_BYTES = 6_000;

  private final EmbeddedTransport transport;
  private final FileChannel log;
  private final String round;
  private final BlockingQueue<InMessage> arrived = new LinkedBlockingQueue<>();

  private CrashWorkload(EmbeddedTransport transport, FileChannel log, String round) {
    this.transport = transport;
    this.log = log;
    this.round = round;
  }

  /** Arguments: the data folder, the log, and a name that no earlier run had. */
  public static void main(String[] arguments) throws Exception {
    try (RealTime time = new RealTime(1);
        FileChannel log =
            FileChannel.open(
                Path.of(arguments[1]), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      EmbeddedTransport transport =
          EmbeddedTransport.open(
              EmbeddedTransportConfig.builder(Path.of(arguments[0])).build(), time.environment());
      transport.provision(SPEC).toCompletableFuture().join();
      new CrashWorkload(transport, log, arguments[2]).run();
    }
  }

  private void run() throws InterruptedException {
    Subscription subscription =
        transport.subscribe(QUEUE, new SubscribeOptions(Duration.ofMinutes(1)), arrived::addAll);
    for (int i = 0; i < PRODUCERS; i++) {
      String name = round + "-" + i;
      start(() -> produce(name));
    }
    for (int i = 0; i < CONSUMERS; i++) {
      start(() -> consume(subscription));
    }
    subscription.request(CONSUMERS * 4);
    Thread.currentThread().join();
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    thread.start();
  }

  private void produce(String name) {
    for (int i = 0; ; i++) {
      String id = name + "-" + i;
      // What has a chosen id is looked up first, so both ways are taken.
      boolean isUnique = i % 2 == 0;
      int delay = i % 10 == 0 ? 3_600_000 : i % 10 == 1 ? 150 : 0;
      OutMessage message =
          new OutMessage(
              id, isUnique, "", Instant.now().plusMillis(delay), Map.of("of", id), body(id));
      List<PublishResult> results =
          transport.publish(QUEUE, List.of(message)).toCompletableFuture().join();
      if (results.get(0) instanceof PublishResult.Accepted) {
        write("S " + id);
      }
    }
  }

  /** A body that can be checked by its id alone. */
  static byte[] body(String id) {
    CRC32C seed = new CRC32C();
    seed.update(id.getBytes(StandardCharsets.UTF_8));
    long number = seed.getValue();
    byte[] body = new byte[number % 50 == 0 ? LARGE_BODY_BYTES : (int) (number % BODY_BYTES_MAX)];
    Arrays.fill(body, (byte) number);
    return body;
  }

  private void consume(Subscription subscription) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    while (true) {
      InMessage message;
      try {
        message = arrived.take();
      } catch (InterruptedException e) {
        return;
      }
      if (!Arrays.equals(message.body(), body(message.id()))) {
        write("WRONG BODY " + message.id());
      }
      String id = message.id();
      List<Lease> lease = List.of(message.lease());
      if (random.nextInt(10) > 0) {
        write("b " + id + " " + message.attempt());
        subscription.begin(lease).toCompletableFuture().join();
        write("B " + id + " " + message.attempt());
        settle(subscription, message, random.nextInt(20));
      } else {
        settle(subscription, new Settlement.Defer(message.lease(), Instant.now().plusMillis(5)));
      }
      subscription.request(1);
    }
  }

  private void settle(Subscription subscription, InMessage message, int choice) {
    String id = message.id();
    if (choice == 0) {
      write("d " + id);
      settle(
          subscription,
          new Settlement.Dead(
              message.lease(), Reason.REJECTED, "no", "no", message.attempt(), Map.of()));
      write("D " + id);
    } else if (choice < 4) {
      Instant later = Instant.now().plusMillis(20);
      settle(subscription, new Settlement.Retry(message.lease(), later, Map.of()));
    } else {
      write("e " + id);
      settle(subscription, new Settlement.Ack(message.lease()));
      write("E " + id);
    }
  }

  private static void settle(Subscription subscription, Settlement settlement) {
    subscription.settle(List.of(settlement)).toCompletableFuture().join();
  }

  private void write(String line) {
    try {
      log.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
