// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import dev.redrive.Codec;
import dev.redrive.Event;
import dev.redrive.Message;
import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.QueueStats;
import dev.redrive.Redrive;
import dev.redrive.core.Engine;
import dev.redrive.guard.resilience4j.Resilience4jBreakers;
import dev.redrive.retry.Backoff;
import dev.redrive.retry.Jitter;
import dev.redrive.retry.RetryPolicy;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A worker in a process of its own, to be killed, whose messages need a dependency: it is down
 * while there is a file. What happens is said line by line. It ends with its input.
 */
final class GatedWorker {
  static final String QUEUE = "gated";
  static final int CONCURRENCY = 4;
  static final int WINDOW = 10;
  static final Duration OPEN = Duration.ofSeconds(3);

  static final String SENT = "sent";
  static final String BEGUN = "begun";
  static final String FAILED = "failed";
  static final String RETRIED = "retried";
  static final String SUCCEEDED = "succeeded";
  static final String BREAKER = "breaker";
  static final String STATS = "stats";

  private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);
  private final Path down;

  private GatedWorker(Path down) {
    this.down = down;
  }

  /** Arguments: the transport's URI, the file, how many messages to send. */
  public static void main(String[] arguments) throws IOException {
    // What is logged is nothing that it says.
    System.setOut(System.err);
    new GatedWorker(Path.of(arguments[1])).work(arguments[0], Integer.parseInt(arguments[2]));
  }

  private void work(String uri, int messages) throws IOException {
    RetryPolicy policy =
        RetryPolicy.builder()
            .backoff(Backoff.fixed(Duration.ofMillis(100)))
            .jitter(Jitter.none())
            .attempts(50)
            .build();
    try (Redrive redrive =
        Engine.builder()
            .transport(uri)
            .breakers(
                Resilience4jBreakers.builder()
                    .window(WINDOW)
                    .minimumCalls(WINDOW)
                    .openFor(OPEN)
                    .openForMax(OPEN)
                    .canaries(1)
                    .build())
            .open()) {
      redrive.listen(this::hear);
      Queue<String> queue =
          redrive.queue(
              QueueOptions.builder(QUEUE, Codec.text())
                  .concurrency(CONCURRENCY)
                  .policy(policy)
                  .dependency("psp")
                  .build());
      for (int i = 0; i < messages; i++) {
        queue.send(Outgoing.of("x").id("m" + i)).toCompletableFuture().join();
      }
      say(SENT + " " + messages);
      queue.handle(this::handle);
      while (System.in.read() >= 0) {
        // Nothing is said to it; its input's end is.
      }
      QueueStats stats = queue.stats().toCompletableFuture().join();
      say(STATS + " " + stats.waiting() + " " + stats.dead());
    }
  }

  private void handle(Message<String> message) throws IOException {
    String attempt = " " + message.id() + " " + message.attempt();
    say(BEGUN + attempt);
    if (Files.exists(down)) {
      say(FAILED + attempt);
      throw new IOException("planned");
    }
  }

  private void hear(Event event) {
    if (event instanceof Event.Retried retried) {
      say(RETRIED + " " + retried.id() + " " + retried.attempt());
    } else if (event instanceof Event.Succeeded succeeded) {
      say(SUCCEEDED + " " + succeeded.id() + " " + succeeded.attempt());
    } else if (event instanceof Event.DependencyChanged changed) {
      say(BREAKER + " " + changed.state());
    }
  }

  private synchronized void say(String line) {
    try {
      out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }
}
