// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import java.util.Optional;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.Snapshot;

/**
 * The store as it was at one moment. A message that moves from one family to another is in exactly
 * one of them here, where single reads could miss it in both.
 */
final class View implements AutoCloseable {
  private final Database database;
  private final Snapshot snapshot;
  private final ReadOptions options;
  private final Gate gate;

  View(Database database, Snapshot snapshot, ReadOptions options, Gate gate) {
    this.database = database;
    this.snapshot = snapshot;
    this.options = options;
    this.gate = gate;
  }

  Optional<byte[]> get(Family family, byte[] key) {
    try {
      return Optional.ofNullable(database.rocks().get(database.handle(family), options, key));
    } catch (RocksDBException e) {
      throw Store.unreadable(family, e);
    }
  }

  @Override
  public void close() {
    options.close();
    database.rocks().releaseSnapshot(snapshot);
    snapshot.close();
    gate.leave();
  }
}
