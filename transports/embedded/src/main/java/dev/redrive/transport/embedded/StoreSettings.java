// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.WALRecoveryMode;

/** How the database is set up. Owns the native objects that must outlive it; not thread-safe. */
final class StoreSettings implements AutoCloseable {
  private static final long MEGABYTE = 1024L * 1024L;

  /** Bounds what must be read again when a killed process is started anew. */
  private static final long LOG_BYTES_MAX = 64 * MEGABYTE;

  private static final long BUFFERS_BYTES_MAX = 128 * MEGABYTE;
  private static final long CACHE_BYTES = 64 * MEGABYTE;
  private static final long BLOCK_BYTES = 16 * 1024L;

  /** Larger values live in files of their own, so that compaction does not copy them. */
  private static final long BLOB_BYTES_MIN = 4 * 1024L;

  private static final long BLOB_FILE_BYTES = 64 * MEGABYTE;
  private static final int FILES_MAX = 512;
  private static final int BLOOM_BITS = 10;

  /** Files that are mostly deletions are compacted, so that no scan walks over what is gone. */
  private static final String COMPACT_ON_DELETION =
      "{id=CompactOnDeletionCollector;window_size=10000;deletion_trigger=5000;deletion_ratio=0.5}";

  private final Cache cache = new LRUCache(CACHE_BYTES);
  private final BloomFilter bloom = new BloomFilter(BLOOM_BITS);
  private final List<ColumnFamilyOptions> families = new ArrayList<>();
  private final DBOptions database;

  StoreSettings() {
    database =
        new DBOptions()
            .setCreateIfMissing(true)
            .setCreateMissingColumnFamilies(true)
            // Of a flipped bit in the log, the default mode makes a silent end of the log. This one
            // takes only a record that is cut off for the end, and refuses to open otherwise.
            .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords)
            .setMaxTotalWalSize(LOG_BYTES_MAX)
            // What was read from the log again stays in memory, and the log in its place, until
            // there is more of it: the first message does not wait for files to be written.
            .setAvoidFlushDuringRecovery(true)
            .setDbWriteBufferSize(BUFFERS_BYTES_MAX)
            .setMaxBackgroundJobs(2)
            .setMaxOpenFiles(FILES_MAX)
            .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
            .setMaxLogFileSize(MEGABYTE)
            .setKeepLogFileNum(2)
            .setStatsDumpPeriodSec(0)
            .setStatsPersistPeriodSec(0)
            .setBytesPerSync(MEGABYTE);
  }

  DBOptions database() {
    return database;
  }

  /** One descriptor for each {@link Family}, in their order. */
  List<ColumnFamilyDescriptor> families() {
    List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
    for (Family family : Family.values()) {
      ColumnFamilyOptions options = options(family);
      families.add(options);
      descriptors.add(new ColumnFamilyDescriptor(family.title(), options));
    }
    return descriptors;
  }

  private ColumnFamilyOptions options(Family family) {
    Properties properties = new Properties();
    properties.setProperty("table_properties_collectors", COMPACT_ON_DELETION);
    ColumnFamilyOptions options = ColumnFamilyOptions.getColumnFamilyOptionsFromProps(properties);
    BlockBasedTableConfig table =
        new BlockBasedTableConfig()
            .setBlockCache(cache)
            .setBlockSize(BLOCK_BYTES)
            .setFilterPolicy(bloom)
            .setCacheIndexAndFilterBlocks(true)
            .setPinL0FilterAndIndexBlocksInCache(true);
    options
        .setTableFormatConfig(table)
        .setWriteBufferSize(family.bufferBytes())
        .setMaxWriteBufferNumber(3)
        .setCompressionType(
            family == Family.ENDS
                ? CompressionType.LZ4_COMPRESSION
                : CompressionType.NO_COMPRESSION);
    if (family == Family.QUEUE || family == Family.DEAD) {
      options
          .setEnableBlobFiles(true)
          .setMinBlobSize(BLOB_BYTES_MIN)
          .setBlobFileSize(BLOB_FILE_BYTES)
          .setEnableBlobGarbageCollection(true);
    }
    return options;
  }

  @Override
  public void close() {
    database.close();
    families.forEach(ColumnFamilyOptions::close);
    bloom.close();
    cache.close();
  }
}
