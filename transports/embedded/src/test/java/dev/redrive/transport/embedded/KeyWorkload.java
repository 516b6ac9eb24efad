// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.idempotency.Begun;
import dev.redrive.idempotency.IdempotencyStore;
import dev.redrive.testkit.RealTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/**
 * Does things under keys until it is killed, and writes down what it was told: {@code B key} begun,
 * {@code D key} done. A line survives the end of the process once it is written.
 */
final class KeyWorkload {
  private static final int THREADS = 4;

  private final IdempotencyStore store;
  private final FileChannel log;

  private KeyWorkload(IdempotencyStore store, FileChannel log) {
    this.store = store;
    this.log = log;
  }

  /** Arguments: the data folder, the log, and a name that no earlier run had. */
  public static void main(String[] arguments) throws Exception {
    RealTime time = new RealTime(1);
    FileChannel log =
        FileChannel.open(
            Path.of(arguments[1]), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    EmbeddedTransport transport =
        EmbeddedTransport.open(
            EmbeddedTransportConfig.builder(Path.of(arguments[0])).build(), time.environment());
    KeyWorkload workload = new KeyWorkload(EmbeddedKeysHarness.store(transport), log);
    for (int i = 0; i < THREADS; i++) {
      String prefix = arguments[2] + "/" + i + "/";
      new Thread(() -> workload.work(prefix)).start();
    }
  }

  private void work(String prefix) {
    for (int i = 0; ; i++) {
      String key = prefix + i;
      Begun begun = store.begin(key, Duration.ofHours(1)).toCompletableFuture().join();
      String owner = ((Begun.New) begun).owner();
      note("B " + key);
      byte[] result = ("result of " + key).getBytes(StandardCharsets.UTF_8);
      store.complete(key, owner, result, Duration.ofHours(2)).toCompletableFuture().join();
      note("D " + key);
    }
  }

  private synchronized void note(String line) {
    try {
      log.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
