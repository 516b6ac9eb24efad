// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import java.util.List;
import org.rocksdb.AbstractNativeReference;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** A walk over records as they were when it began. Used and closed by one thread. */
final class Cursor implements AutoCloseable {
  private final Family family;
  private final RocksIterator iterator;
  private final List<AbstractNativeReference> natives;
  private final Gate gate;

  Cursor(Family family, RocksIterator iterator, List<AbstractNativeReference> natives, Gate gate) {
    this.family = family;
    this.iterator = iterator;
    this.natives = natives;
    this.gate = gate;
  }

  /** True if there is a record here. An unreadable file is an error, never the end. */
  boolean isValid() {
    if (iterator.isValid()) {
      return true;
    }
    try {
      iterator.status();
      return false;
    } catch (RocksDBException e) {
      throw Store.unreadable(family, e);
    }
  }

  byte[] key() {
    return iterator.key();
  }

  byte[] value() {
    return iterator.value();
  }

  void next() {
    iterator.next();
  }

  void seek(byte[] key) {
    iterator.seek(key);
  }

  @Override
  public void close() {
    natives.forEach(AbstractNativeReference::close);
    gate.leave();
  }
}
