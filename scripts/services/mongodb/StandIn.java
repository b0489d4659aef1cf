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
import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.backend.Utils;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.h2.H2Collection;
import de.bwaldvogel.mongo.backend.h2.H2Database;
import de.bwaldvogel.mongo.bson.Document;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
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
 * it looks up `_id`, or the first key of an index, and tries the rest of the query on what it finds. And what it
 * answers is what it found, whatever is written meanwhile.
 */
public class StandIn {
  private static final Comparator<Object> BY_TEXT = Comparator.comparing(Object::toString);
  private static final int CACHE_MEGABYTES = 768;
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

    /**
     * Copies: by itself the server changes the very documents that it has found, and others may not be done with
     * sending those to whom they answer. So a reader got what his query forbids.
     */
    @Override
    protected QueryResult queryDocuments(Document query, Document order, int skip, int limit, int batch, Document fields) {
      QueryResult found = find(query, order, skip, limit, batch, fields);
      List<Document> copies = new ArrayList<>();
      for (Document document : found) copies.add(document.clone());
      return new QueryResult(copies, found.getCursorId());
    }

    private QueryResult find(Document query, Document order, int skip, int limit, int batch, Document fields) {
      if (query.containsKey("_id") && query.get("_id") instanceof String || limit <= 0 || skip > 0 || !isNewestFirst(order)) {
        Iterable<Object> places = places(query);
        if (places == null) return super.queryDocuments(query, order, skip, limit, batch, fields);
        // A list of ids would be gone through again for each document.
        Document rest = new Document(query);
        rest.remove("_id");
        List<Object> found = new ArrayList<>();
        for (Object place : places) if (rest.isEmpty() || documentMatchesQuery(getDocument(place), rest)) found.add(place);
        return matchDocuments(query, found, order, skip, limit, batch, fields);
      }
      // As an index that is in this order already: nothing is read behind the last that is wanted.
      NavigableSet<Object> ids = ids(query);
      if (ids == null) return super.queryDocuments(query, order, skip, limit, batch, fields);
      List<Object> found = new ArrayList<>();
      for (Object id : ids.descendingSet()) {
        if (found.size() >= limit) break;
        for (Object place : places("_id", id)) if (documentMatchesQuery(getDocument(place), query)) found.add(place);
      }
      return matchDocuments(query, found, order, skip, limit, batch, fields);
    }

    private static boolean isNewestFirst(Document order) {
      return order != null && order.size() == 1 && order.get("_id") instanceof Number && ((Number) order.get("_id")).intValue() < 0;
    }

    /** Where documents lie that may match; null if only a look at all of them can tell. */
    private Iterable<Object> places(Document query) {
      if (query.containsKey("_id")) return places("_id", query.get("_id"));
      Collection<Object> ids = ids(query);
      return ids == null ? null : places("_id", new Document("$in", new ArrayList<>(ids)));
    }

    /** The fewest ids that an index finds for one part of the query. */
    private NavigableSet<Object> ids(Document query) {
      NavigableSet<Object> fewest = null;
      for (Document part : parts(query)) {
        for (Index<Object> index : getIndexes()) {
          NavigableSet<Object> ids = index instanceof FirstKeyIndex ? ((FirstKeyIndex) index).ids(part) : null;
          if (ids != null && (fewest == null || ids.size() < fewest.size())) fewest = ids;
        }
      }
      return fewest;
    }

    private static List<Document> parts(Document query) {
      List<Document> parts = new ArrayList<>(List.of(query));
      if (query.get("$and") instanceof Collection) {
        for (Object part : (Collection<?>) query.get("$and")) parts.add((Document) part);
      }
      return parts;
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

  /**
   * The ids of the documents by the text, each text of a list, or nothing, in the first key of an index; kept in memory,
   * in the order of the ids.
   */
  private static class FirstKeyIndex extends EmptyIndex<Object> {
    private final String key;
    private final Map<Object, NavigableSet<Object>> ids = new HashMap<>();
    private final TreeSet<String> texts = new TreeSet<>();

    FirstKeyIndex(String name, List<IndexKey> keys) {
      super(name, keys);
      key = keys.get(0).getKey();
    }

    /** Null if it cannot tell. */
    NavigableSet<Object> ids(Document query) {
      if (!query.containsKey(key)) return null;
      Object value = query.get(key);
      if (value == null || value instanceof String) return of(value);
      if (!(value instanceof Document)) return null;
      Document range = (Document) value;
      if (range.keySet().equals(Set.of("$in"))) return all((Collection<?>) range.get("$in"));
      if (!range.keySet().equals(Set.of("$gte", "$lt")) || !(range.get("$gte") instanceof String)) return null;
      return all(texts.subSet((String) range.get("$gte"), (String) range.get("$lt")));
    }

    private NavigableSet<Object> of(Object value) {
      NavigableSet<Object> same = ids.get(value);
      return same == null ? new TreeSet<>() : same;
    }

    private NavigableSet<Object> all(Collection<?> values) {
      NavigableSet<Object> all = new TreeSet<>(BY_TEXT);
      for (Object value : values) all.addAll(of(value));
      return all;
    }

    private Set<Object> values(Document document) {
      Object value = Utils.getSubdocumentValue(document, key);
      if (value instanceof Collection) return new HashSet<>((Collection<?>) value);
      return Collections.singleton(value instanceof Missing ? null : value);
    }

    @Override
    public void add(Document document, Object place, MongoCollection<Object> collection) {
      for (Object value : values(document)) {
        ids.computeIfAbsent(value, any -> new TreeSet<>(BY_TEXT)).add(document.get("_id"));
        if (value instanceof String) texts.add((String) value);
      }
    }

    @Override
    public Object remove(Document document) {
      for (Object value : values(document)) {
        NavigableSet<Object> same = ids.get(value);
        if (same == null) continue;
        same.remove(document.get("_id"));
        if (!same.isEmpty()) continue;
        ids.remove(value);
        if (value instanceof String) texts.remove(value);
      }
      return super.remove(document);
    }

    @Override
    public void updateInPlace(Document old, Document now, Object place, MongoCollection<Object> collection) {
      if (values(old).equals(values(now))) return;
      remove(old);
      add(now, place, collection);
    }
  }
}
