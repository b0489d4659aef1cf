import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.EmptyIndex;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.h2.H2Collection;
import de.bwaldvogel.mongo.backend.h2.H2Database;
import de.bwaldvogel.mongo.bson.Document;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;
import org.h2.mvstore.type.ObjectDataType;

/**
 * Answers MongoDB's protocol from one H2 file: `java StandIn.java PORT FILE`. It is not MongoDB.
 *
 * By itself the server finds documents by an index only where a query names nothing but the index's keys, and keeps
 * no other than unique ones: a compare-and-set by `_id` and version reads the whole collection. Here, as in MongoDB,
 * it looks up `_id`, or the first key of an index, and tries the rest of the query on what it finds.
 */
public class StandIn {
  private static final int CACHE_MEGABYTES = 128;
  private static MVStore file;

  /** Of MongoDB 5.0, which today's driver asks for. */
  private static final MongoVersion VERSION = new MongoVersion() {
    @Override
    public List<Integer> getVersionArray() {
      return List.of(5, 0, 0, 0);
    }

    @Override
    public int getWireVersion() {
      return 13;
    }
  };

  public static void main(String[] args) {
    file = new MVStore.Builder().fileName(args[1]).cacheSize(CACHE_MEGABYTES).open();
    H2Backend backend = new Backend();
    backend.version(VERSION);
    MongoServer server = new MongoServer(backend);
    server.bind("127.0.0.1", Integer.parseInt(args[0]));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      // Writes what it holds before the process ends.
      server.shutdownNow();
    }));
    System.out.println("listening");
  }

  private static class Backend extends H2Backend {
    Backend() {
      super(file);
    }

    @Override
    protected MongoDatabase openOrCreateDatabase(String name) {
      return new Database(name, getCursorRegistry());
    }
  }

  private static class Database extends H2Database {
    Database(String name, CursorRegistry cursors) {
      super(name, file, cursors);
    }

    @Override
    protected MongoCollection<Object> openOrCreateCollection(String name, CollectionOptions options) {
      String full = getFullCollectionNamespace(name);
      MVMap<Object, Document> data = file.openMap("databases." + full);
      MVMap<String, Object> meta = file.openMap("meta." + full);
      return new FoundByIndex(this, name, options, data, meta, cursorRegistry);
    }

    @Override
    protected Index<Object> openOrCreateUniqueIndex(String collection, String name, List<IndexKey> keys, boolean sparse) {
      // Whoever opens it next gets this one: by itself it would serialize both keys at every comparison.
      String map = getFullCollectionNamespace(collection) + "._index_" + name;
      file.openMap(map, new MVMap.Builder<KeyValue, Object>().keyType(new KeyType()));
      return super.openOrCreateUniqueIndex(collection, name, keys, sparse);
    }

    @Override
    protected Index<Object> openOrCreateSecondaryIndex(String collection, String name, List<IndexKey> keys, boolean sparse) {
      return new FirstKeyIndex(name, keys);
    }
  }

  private static class FoundByIndex extends H2Collection {
    FoundByIndex(MongoDatabase database, String name, CollectionOptions options, MVMap<Object, Document> data,
        MVMap<String, Object> meta, CursorRegistry cursors) {
      super(database, name, options, data, meta, cursors);
    }

    @Override
    protected QueryResult queryDocuments(Document query, Document order, int skip, int limit, int batch, Document fields) {
      Iterable<Object> places = places(query);
      if (places == null) return super.queryDocuments(query, order, skip, limit, batch, fields);
      // A list of ids would be gone through again for each document.
      Document rest = new Document(query);
      rest.remove("_id");
      List<Object> found = new ArrayList<>();
      for (Object place : places) if (rest.isEmpty() || documentMatchesQuery(getDocument(place), rest)) found.add(place);
      return matchDocuments(query, found, order, skip, limit, batch, fields);
    }

    /** Where documents lie that may match; null if only a look at all of them can tell. */
    private Iterable<Object> places(Document query) {
      if (query.containsKey("_id")) return places("_id", query.get("_id"));
      for (Index<Object> index : getIndexes()) {
        Collection<Object> ids = index instanceof FirstKeyIndex ? ((FirstKeyIndex) index).ids(query) : null;
        if (ids != null) return places("_id", new Document("$in", new ArrayList<>(ids)));
      }
      return null;
    }

    private Iterable<Object> places(String key, Object value) {
      Document query = new Document(key, value);
      for (Index<Object> index : getIndexes()) if (index.canHandle(query)) return index.getPositions(query);
      return null;
    }
  }

  /** Keys of a unique index: texts, which come first, and whatever else. */
  private static class KeyType extends BasicDataType<KeyValue> {
    private final ObjectDataType any = new ObjectDataType();

    private static String text(KeyValue key) {
      return key.size() == 1 && key.get(0) instanceof String ? (String) key.get(0) : null;
    }

    @Override
    public int compare(KeyValue a, KeyValue b) {
      String textA = text(a);
      String textB = text(b);
      if (textA != null && textB != null) return textA.compareTo(textB);
      if (textA != null || textB != null) return textA != null ? -1 : 1;
      return any.compare(a, b);
    }

    @Override
    public int getMemory(KeyValue key) {
      String text = text(key);
      return text != null ? 80 + 2 * text.length() : 200;
    }

    @Override
    public void write(WriteBuffer buffer, KeyValue key) {
      String text = text(key);
      any.write(buffer, text != null ? text : key);
    }

    @Override
    public KeyValue read(ByteBuffer buffer) {
      Object read = any.read(buffer);
      return read instanceof KeyValue ? (KeyValue) read : new KeyValue(read);
    }

    @Override
    public KeyValue[] createStorage(int size) {
      return new KeyValue[size];
    }
  }

  /** The ids of the documents by the text, or nothing, in the first key of an index; kept in memory. */
  private static class FirstKeyIndex extends EmptyIndex<Object> {
    private final String key;
    private final Map<Object, Set<Object>> ids = new HashMap<>();

    FirstKeyIndex(String name, List<IndexKey> keys) {
      super(name, keys);
      key = keys.get(0).getKey();
    }

    /** Null if it cannot tell. */
    Collection<Object> ids(Document query) {
      if (!query.containsKey(key)) return null;
      Object value = query.get(key);
      if (value != null && !(value instanceof String)) return null;
      return ids.getOrDefault(value, Set.of());
    }

    @Override
    public void add(Document document, Object place, MongoCollection<Object> collection) {
      ids.computeIfAbsent(document.get(key), any -> new LinkedHashSet<>()).add(document.get("_id"));
    }

    @Override
    public Object remove(Document document) {
      Set<Object> same = ids.get(document.get(key));
      if (same != null) same.remove(document.get("_id"));
      if (same != null && same.isEmpty()) ids.remove(document.get(key));
      return super.remove(document);
    }

    @Override
    public void updateInPlace(Document old, Document now, Object place, MongoCollection<Object> collection) {
      if (Objects.equals(old.get(key), now.get(key))) return;
      remove(old);
      add(now, place, collection);
    }
  }
}
