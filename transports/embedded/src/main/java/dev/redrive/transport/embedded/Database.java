// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/** An open database with its column families, and the native memory that belongs to it. */
final class Database implements AutoCloseable {
  private final StoreSettings settings;
  private final RocksDB rocks;
  private final Map<Family, ColumnFamilyHandle> handles = new EnumMap<>(Family.class);

  private Database(StoreSettings settings, RocksDB rocks, List<ColumnFamilyHandle> handles) {
    this.settings = settings;
    this.rocks = rocks;
    Iterator<ColumnFamilyHandle> next = handles.iterator();
    for (Family family : Family.values()) {
      this.handles.put(family, next.next());
    }
  }

  /** Opens it, replaying what was written to its log and nowhere else. */
  static Database open(DataFolder folder) throws RocksDBException {
    StoreSettings settings = new StoreSettings();
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    try {
      RocksDB rocks =
          RocksDB.open(
              settings.database(), folder.database().toString(), settings.families(), handles);
      return new Database(settings, rocks, handles);
    } catch (RocksDBException e) {
      settings.close();
      throw e;
    }
  }

  RocksDB rocks() {
    return rocks;
  }

  ColumnFamilyHandle handle(Family family) {
    return Objects.requireNonNull(handles.get(family));
  }

  List<ColumnFamilyHandle> handles() {
    return List.copyOf(handles.values());
  }

  @Override
  public void close() {
    handles.values().forEach(ColumnFamilyHandle::close);
    rocks.close();
    settings.close();
  }
}
