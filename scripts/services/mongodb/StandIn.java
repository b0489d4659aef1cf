import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import java.util.List;

/** Answers MongoDB's protocol from one H2 file: `java StandIn.java PORT FILE`. It is not MongoDB. */
public class StandIn {
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
    H2Backend backend = new H2Backend(args[1]);
    backend.version(VERSION);
    MongoServer server = new MongoServer(backend);
    server.bind("127.0.0.1", Integer.parseInt(args[0]));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      // Writes what it holds before the process ends.
      server.shutdownNow();
    }));
    System.out.println("listening");
  }
}
