// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;

/** Compares the counts that a store carries along with a count of what is there. */
final class Counted {
  private Counted() {}

  /** Checks the first queue of a data folder that nobody has open and where nothing expired. */
  static void check(Path path) {
    try (DataFolder folder = DataFolder.open(path);
        Store store = Store.open(folder)) {
      byte[] key = Keys.meta("count/1");
      CountRecord counts = CountRecord.decode(key, store.get(Family.META, key).orElseThrow());
      assertThat(size(store, Family.QUEUE)).isEqualTo(counts.live());
      assertThat(size(store, Family.IDS)).isEqualTo(counts.live());
      assertThat(size(store, Family.DEAD)).isEqualTo(counts.dead());
      assertThat(size(store, Family.DEAD_IDS)).isEqualTo(counts.dead());
      assertThat(size(store, Family.ENDS))
          .isEqualTo(counts.succeeded() + counts.cancelled() + counts.purged());
      assertThat(size(store, Family.RUNNING)).isZero();
    }
  }

  private static long size(Store store, Family family) {
    long size = 0;
    try (Cursor cursor = store.scan(family, Keys.start(0), Keys.start(-1))) {
      for (; cursor.isValid(); cursor.next()) {
        size++;
      }
    }
    return size;
  }
}
