// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.spi.InMessage;
import dev.redrive.spi.Lease;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.QueueSpec;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.SubscribeOptions;
import dev.redrive.spi.Subscription;
import dev.redrive.testkit.RealTime;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.rocksdb.WriteBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures the embedded transport. A program, not a test:
 *
 * <pre>
 * enqueue threads messages      each thread sends one message and waits for it
 * flow threads messages         the same, and 16 consumers begin and acknowledge
 * preload messages              delayed messages, at random over a day; ends without closing
 * first folder                  opens what preload left, and takes a first message
 * enqueue, flow ... folder      the same on top of what preload left
 * raw batch messages            the database alone: one thread, so many puts in a synced write
 * </pre>
 */
final class EmbeddedBenchmark {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBenchmark.class);
  private static final int CONSUMERS = 16;
  private static final int TAKE_MAX = 16;
  private static final int BODY_BYTES = 256;
  private static final String QUEUE = "bench";
  private static final int BATCH = 256;

  private final EmbeddedTransport transport;
  private final AtomicLong done = new AtomicLong();

  private EmbeddedBenchmark(EmbeddedTransport transport) {
    this.transport = transport;
  }

  public static void main(String[] arguments) throws Exception {
    String mode = arguments[0];
    int folderAt = mode.equals("first") ? 1 : 3;
    boolean isGiven = arguments.length > folderAt;
    Path folder =
        isGiven ? Path.of(arguments[folderAt]) : Files.createTempDirectory("redrive-bench");
    if (mode.equals("raw")) {
      raw(folder, number(arguments, 1), number(arguments, 2));
      Folders.delete(folder);
      return;
    }
    try (RealTime time = new RealTime(1)) {
      long start = System.nanoTime();
      EmbeddedTransport transport =
          EmbeddedTransport.open(
              EmbeddedTransportConfig.builder(folder).build(), time.environment());
      transport
          .provision(new QueueSpec(QUEUE, false, OptionalLong.empty(), Duration.ofHours(1)))
          .toCompletableFuture()
          .join();
      EmbeddedBenchmark benchmark = new EmbeddedBenchmark(transport);
      switch (mode) {
        case "enqueue" -> benchmark.enqueue(number(arguments, 1), number(arguments, 2));
        case "flow" -> benchmark.flow(number(arguments, 1), number(arguments, 2));
        case "preload" -> {
          benchmark.preload(number(arguments, 1));
          LOG.info("left in {}", folder);
          Runtime.getRuntime().halt(0);
        }
        case "first" -> benchmark.first(start);
        default -> throw new IllegalArgumentException(mode);
      }
      transport.close();
      if (!isGiven) {
        Folders.delete(folder);
      }
    }
  }

  private static int number(String[] arguments, int index) {
    return Integer.parseInt(arguments[index]);
  }

  private static void raw(Path path, int size, int messages) throws Exception {
    try (DataFolder folder = DataFolder.open(path.resolve("data"));
        Store store = Store.open(folder);
        WriteBatch batch = new WriteBatch()) {
      long cpu = cpuNanos();
      long start = System.nanoTime();
      for (int i = 0; i < messages; i += size) {
        batch.clear();
        for (int j = 0; j < size; j++) {
          byte[] key = Keys.place(1, new Place(start, i + j));
          byte[] value = new byte[BODY_BYTES + 120];
          ThreadLocalRandom.current().nextBytes(value);
          batch.put(store.handle(Family.QUEUE), key, value);
        }
        store.write(batch, true);
      }
      report("raw", messages, start, cpu);
    }
  }

  private void enqueue(int threads, int messages) throws InterruptedException {
    long[][] latencies = new long[threads][];
    long cpu = cpuNanos();
    long start = System.nanoTime();
    List<Thread> producers = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      int number = i;
      latencies[i] = new long[messages / threads];
      producers.add(started(() -> produce(number, latencies[number])));
    }
    for (Thread producer : producers) {
      producer.join();
    }
    report("enqueue", messages, start, cpu);
    long[] all = Arrays.stream(latencies).flatMapToLong(Arrays::stream).sorted().toArray();
    LOG.info(
        "latency us: p50 {} p99 {} max {}",
        all[all.length / 2] / 1_000,
        all[(int) (all.length * 0.99)] / 1_000,
        all[all.length - 1] / 1_000);
  }

  private void produce(int number, long[] latencies) {
    for (int i = 0; i < latencies.length; i++) {
      long start = System.nanoTime();
      publish(List.of(message(number + "-" + i, Instant.EPOCH)));
      latencies[i] = System.nanoTime() - start;
    }
  }

  private void flow(int threads, int messages) throws InterruptedException {
    BlockingQueue<InMessage> arrived = new ArrayBlockingQueue<>(20_000);
    Subscription subscription =
        transport.subscribe(QUEUE, new SubscribeOptions(Duration.ofMinutes(1)), arrived::addAll);
    for (int i = 0; i < CONSUMERS; i++) {
      started(() -> consume(subscription, arrived));
    }
    subscription.request(CONSUMERS * TAKE_MAX * 4);
    long cpu = cpuNanos();
    long start = System.nanoTime();
    List<Thread> producers = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      int number = i;
      producers.add(
          started(
              () -> {
                for (int j = 0; j < messages / threads; j++) {
                  publish(List.of(message(number + "-" + j, Instant.EPOCH)));
                }
              }));
    }
    for (Thread producer : producers) {
      producer.join();
    }
    long total = messages / threads * (long) threads;
    while (done.get() < total) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
    report("flow", total, start, cpu);
  }

  private void consume(Subscription subscription, BlockingQueue<InMessage> arrived) {
    List<InMessage> taken = new ArrayList<>();
    while (true) {
      taken.clear();
      try {
        taken.add(arrived.take());
      } catch (InterruptedException e) {
        return;
      }
      arrived.drainTo(taken, TAKE_MAX - 1);
      List<Lease> leases = taken.stream().map(InMessage::lease).toList();
      subscription.begin(leases).toCompletableFuture().join();
      List<Settlement> acks =
          leases.stream().map(lease -> (Settlement) new Settlement.Ack(lease)).toList();
      subscription.settle(acks).toCompletableFuture().join();
      done.addAndGet(taken.size());
      subscription.request(taken.size());
    }
  }

  private void preload(int messages) {
    long cpu = cpuNanos();
    long start = System.nanoTime();
    Instant now = Instant.now();
    for (int i = 0; i < messages; i += BATCH) {
      List<OutMessage> batch = new ArrayList<>();
      for (int j = 0; j < BATCH; j++) {
        long delay = 60_000 + ThreadLocalRandom.current().nextLong(86_400_000);
        batch.add(message("p-" + (i + j), now.plusMillis(delay)));
      }
      publish(batch);
    }
    publish(List.of(message("due", now)));
    report("preload", messages, start, cpu);
  }

  private void first(long start) throws InterruptedException {
    LOG.info("open: {} ms", (System.nanoTime() - start) / 1_000_000);
    Semaphore got = new Semaphore(0);
    transport
        .subscribe(
            QUEUE,
            new SubscribeOptions(Duration.ofMinutes(1)),
            messages -> got.release(messages.size()))
        .request(1);
    got.acquire();
    LOG.info("open and first message: {} ms", (System.nanoTime() - start) / 1_000_000);
  }

  private void publish(List<OutMessage> batch) {
    transport.publish(QUEUE, batch).toCompletableFuture().join();
  }

  private static OutMessage message(String id, Instant due) {
    byte[] body = new byte[BODY_BYTES];
    ThreadLocalRandom.current().nextBytes(body);
    return new OutMessage(
        id,
        true,
        "",
        due,
        Map.of(
            "content-type",
            "application/json",
            "traceparent",
            "00-" + "0123456789abcdef".repeat(3)),
        body);
  }

  private static Thread started(Runnable task) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static void report(String what, long messages, long start, long cpu) {
    double seconds = (System.nanoTime() - start) / 1e9;
    LOG.info(
        "{}: {} messages in {} s, {}/s, {} us CPU each, rss {} MB",
        what,
        messages,
        String.format("%.2f", seconds),
        (long) (messages / seconds),
        String.format("%.1f", (cpuNanos() - cpu) / 1e3 / messages),
        rssMegabytes());
  }

  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static long rssMegabytes() {
    try {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith("VmRSS"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1_024)
          .findFirst()
          .orElse(-1);
    } catch (IOException e) {
      return -1;
    }
  }
}
