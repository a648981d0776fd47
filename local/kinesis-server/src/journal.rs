//! Streams and records on disk. The library's own durable mode writes its whole state at every put;
//! here a put costs one append.

use ferrokinesis::persistence::PersistentStream;
use ferrokinesis::sequence::{parse_sequence, shard_id_name, shard_ix_to_hex};
use ferrokinesis::store::Store;
use ferrokinesis::types::{Consumer, StoredRecord, Stream, StreamStatus};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

const BATCH: usize = 10_000;

#[derive(Default, Serialize, Deserialize)]
struct State {
    streams: Vec<PersistentStream>,
    consumers: Vec<Consumer>,
}

/// One line of a stream's file.
#[derive(Serialize, Deserialize)]
struct Line {
    /// Shard and sequence number; in the order of the records of a shard.
    key: String,
    record: StoredRecord,
}

struct RecordFile {
    path: PathBuf,
    file: File,
    /// By shard, the key of the last record written.
    last_keys: HashMap<String, String>,
    /// Shards of the stream as it was last saved.
    saved_shards: usize,
}

/// What a shard has taken since the start of this process.
#[derive(Default, Serialize)]
pub struct Load {
    records: u64,
    /// Data and partition keys, as the limits of a shard count them.
    bytes: u64,
}

pub type LoadByShard = BTreeMap<String, BTreeMap<String, Load>>;

pub struct Journal {
    /// Newest records of all streams that stay in memory, whatever their retention; all of them without it.
    keep: Option<u64>,
    load: LoadByShard,
    folder: PathBuf,
    store: Store,
    record_files: HashMap<String, RecordFile>,
    saved_state: Vec<u8>,
}

impl Journal {
    /// Brings the state in `folder` back into `store`, which must be empty.
    pub async fn open(folder: PathBuf, store: Store, keep: Option<u64>) -> Result<Self, String> {
        fs::create_dir_all(&folder).map_err(|error| cannot("create", &folder, error))?;
        let mut journal = Self {
            keep,
            load: LoadByShard::new(),
            folder,
            store,
            record_files: HashMap::new(),
            saved_state: Vec::new(),
        };
        let path = journal.state_path();
        if path.exists() {
            let bytes = fs::read(&path).map_err(|error| cannot("read", &path, error))?;
            let state =
                serde_json::from_slice(&bytes).map_err(|error| cannot("read", &path, error))?;
            journal.restore(state).await?;
        }
        Ok(journal)
    }

    pub fn load(&self) -> &LoadByShard {
        &self.load
    }

    /// Appends the records that came since the last call.
    pub async fn append_records(&mut self) -> Result<(), String> {
        for name in self.store.list_stream_names().await {
            let Ok(stream) = self.store.get_stream(&name).await else {
                continue;
            };
            let file = self.record_file(&stream)?;
            if self.record_files[&file].saved_shards != stream.shards.len() {
                self.save_streams().await?;
            }
            // A line of its own first: should an earlier write have broken off, only what it wrote is torn.
            let mut lines = vec![b'\n'];
            let mut last_keys = Vec::new();
            for index in 0..stream.shards.len() {
                let shard = shard_ix_to_hex(index as i64);
                let last = self.record_files[&file].last_keys.get(&shard);
                let from = last.map_or(format!("{shard}/"), |key| format!("{key}\0"));
                let records = self
                    .store
                    .get_records_range_limited(&name, &from, &format!("{shard}/~"), usize::MAX)
                    .await;
                if let Some((key, _)) = records.last() {
                    last_keys.push((shard, key.clone()));
                }
                let load = self.load.entry(name.clone()).or_default();
                let load = load.entry(shard_id_name(index as i64)).or_default();
                for (key, record) in records {
                    load.records += 1;
                    load.bytes += bytes_of(&record);
                    serde_json::to_writer(&mut lines, &Line { key, record })
                        .map_err(|error| error.to_string())?;
                    lines.push(b'\n');
                }
            }
            if let Some(file) = self.record_files.get_mut(&file)
                && !last_keys.is_empty()
            {
                file.file.write_all(&lines).map_err(|error| cannot("write", &file.path, error))?;
                file.last_keys.extend(last_keys);
            }
        }
        self.drop_oldest().await;
        Ok(())
    }

    /// Drops the oldest records beyond those to keep, many at a time.
    async fn drop_oldest(&self) {
        let Some(keep) = self.keep else { return };
        let metrics = self.store.metrics();
        if metrics.retained_records() <= keep + keep / 20 {
            return;
        }
        while metrics.retained_records() > keep {
            let excess = (metrics.retained_records() - keep).min(BATCH as u64) as usize;
            let mut oldest = Vec::new();
            for name in self.store.list_stream_names().await {
                let Ok(stream) = self.store.get_stream(&name).await else {
                    continue;
                };
                for index in 0..stream.shards.len() {
                    let shard = shard_ix_to_hex(index as i64);
                    let [from, to] = [format!("{shard}/"), format!("{shard}/~")];
                    let records =
                        self.store.get_records_range_limited(&name, &from, &to, excess).await;
                    let keys = records.into_iter().map(|(key, _)| key);
                    oldest.extend(keys.map(|key| (age_order(&key), name.clone(), key)));
                }
            }
            if oldest.is_empty() {
                return;
            }
            oldest.sort_unstable();
            oldest.truncate(excess);
            let mut by_stream = HashMap::<String, Vec<String>>::new();
            for (_, name, key) in oldest {
                by_stream.entry(name).or_default().push(key);
            }
            for (name, keys) in by_stream {
                self.store.delete_record_keys(&name, &keys).await;
            }
        }
    }

    /// Writes streams and consumers if they changed, and removes the records of deleted streams.
    pub async fn save_streams(&mut self) -> Result<(), String> {
        let mut state = State::default();
        let mut files = Vec::new();
        for name in self.store.list_stream_names().await {
            let Ok(stream) = self.store.get_stream(&name).await else {
                continue;
            };
            state.consumers.extend(self.store.list_consumers_for_stream(&stream.stream_arn).await);
            files.push(file_name(&stream));
            if let Some(file) = self.record_files.get_mut(&file_name(&stream)) {
                file.saved_shards = stream.shards.len();
            }
            state.streams.push(PersistentStream::from_stream(name, &stream, Vec::new()));
        }
        let bytes = serde_json::to_vec(&state).map_err(|error| error.to_string())?;
        if bytes != self.saved_state {
            let path = self.state_path();
            replace(&path, &bytes).map_err(|error| cannot("write", &path, error))?;
            self.saved_state = bytes;
        }
        for (_, deleted) in self.record_files.extract_if(|file, _| !files.contains(file)) {
            fs::remove_file(&deleted.path)
                .map_err(|error| cannot("remove", &deleted.path, error))?;
        }
        Ok(())
    }

    async fn restore(&mut self, state: State) -> Result<(), String> {
        for persistent in state.streams {
            let (name, mut stream, _) = persistent.into_parts();
            match stream.stream_status {
                StreamStatus::Creating | StreamStatus::Deleting => continue,
                StreamStatus::Active | StreamStatus::Updating => {
                    stream.stream_status = StreamStatus::Active;
                }
            }
            let put = self.store.put_stream(&name, stream.clone()).await;
            put.map_err(|error| error.to_string())?;
            self.restore_records(&name, &stream).await?;
        }
        for consumer in state.consumers {
            let arn = consumer.consumer_arn.clone();
            let put = self.store.put_consumer(&arn, consumer).await;
            put.map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    async fn restore_records(&mut self, name: &str, stream: &Stream) -> Result<(), String> {
        let path = self.record_path(&file_name(stream));
        if !path.exists() {
            return Ok(());
        }
        let file = File::open(&path).map_err(|error| cannot("read", &path, error))?;
        let mut batch = Vec::new();
        for line in BufReader::new(file).split(b'\n') {
            let line = line.map_err(|error| cannot("read", &path, error))?;
            // A line torn by the end of the process was never acknowledged.
            let Ok(Line { key, record }) = serde_json::from_slice(&line) else {
                continue;
            };
            batch.push((key, record));
            if batch.len() == BATCH {
                self.put(name, &mut batch).await?;
            }
        }
        self.put(name, &mut batch).await?;
        self.store.delete_expired_records(name, stream.retention_period_hours).await;
        self.rewrite(name, stream).await?;
        self.continue_numbering(name, stream).await
    }

    async fn put(&self, name: &str, batch: &mut Vec<(String, StoredRecord)>) -> Result<(), String> {
        let put = self.store.put_records_batch(name, batch).await;
        batch.clear();
        self.drop_oldest().await;
        put.map_err(|error| error.to_string())
    }

    /// Leaves out of the stream's file what is torn, past its retention or not kept.
    async fn rewrite(&mut self, name: &str, stream: &Stream) -> Result<(), String> {
        let path = self.record_path(&file_name(stream));
        let temporary = path.with_extension("tmp");
        let mut last_keys = HashMap::new();
        let write = |records: Vec<(String, StoredRecord)>, writer: &mut BufWriter<File>| {
            for (key, record) in records {
                serde_json::to_writer(&mut *writer, &Line { key, record })?;
                writer.write_all(b"\n")?;
            }
            Ok::<(), std::io::Error>(())
        };
        let file = File::create(&temporary).map_err(|error| cannot("create", &temporary, error))?;
        let mut writer = BufWriter::new(file);
        for index in 0..stream.shards.len() {
            let shard = shard_ix_to_hex(index as i64);
            let end = format!("{shard}/~");
            let records = self.store.get_records_range(name, &format!("{shard}/"), &end).await;
            if let Some((key, _)) = records.last() {
                last_keys.insert(shard, key.clone());
            }
            write(records, &mut writer).map_err(|error| cannot("write", &temporary, error))?;
        }
        writer.flush().map_err(|error| cannot("write", &temporary, error))?;
        fs::rename(&temporary, &path).map_err(|error| cannot("write", &path, error))?;
        let file = self.record_file(stream)?;
        if let Some(file) = self.record_files.get_mut(&file) {
            file.last_keys = last_keys;
        }
        Ok(())
    }

    /// New records of an open shard must be numbered after those it holds.
    async fn continue_numbering(&self, name: &str, stream: &Stream) -> Result<(), String> {
        for (index, shard) in stream.shards.iter().enumerate() {
            let last_keys = &self.record_files[&file_name(stream)].last_keys;
            let last = last_keys.get(&shard_ix_to_hex(index as i64));
            let number = last.and_then(|key| Some(age_order(key)?.1));
            let hash = shard.hash_key_range.starting_hash_key.parse::<u128>();
            if let (Some(number), Ok(hash), None) =
                (number, hash, &shard.sequence_number_range.ending_sequence_number)
            {
                let next = self.store.current_shard_seq(name, index as i64).await;
                for _ in next..=number {
                    let allocated = self.store.allocate_sequence(name, &hash).await;
                    allocated.map_err(|error| error.to_string())?;
                }
            }
        }
        Ok(())
    }

    /// Opens the stream's file if it is not open yet, and returns its name.
    fn record_file(&mut self, stream: &Stream) -> Result<String, String> {
        let name = file_name(stream);
        if !self.record_files.contains_key(&name) {
            let path = self.record_path(&name);
            let file = OpenOptions::new().create(true).append(true).open(&path);
            let file = file.map_err(|error| cannot("open", &path, error))?;
            let record_file = RecordFile { path, file, last_keys: HashMap::new(), saved_shards: 0 };
            self.record_files.insert(name.clone(), record_file);
        }
        Ok(name)
    }

    fn record_path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    fn state_path(&self) -> PathBuf {
        self.folder.join("streams.json")
    }
}

/// The second in which a record was numbered, and its number within the shard.
fn age_order(key: &str) -> Option<(u64, u64)> {
    let sequence = parse_sequence(key.split('/').nth(1)?).ok()?;
    Some((sequence.seq_time?, sequence.seq_ix?))
}

/// Four characters of base64 stand for three bytes.
fn bytes_of(record: &StoredRecord) -> u64 {
    (record.data.trim_end_matches('=').len() * 3 / 4 + record.partition_key.len()) as u64
}

/// A stream that is deleted and created again begins a new file.
fn file_name(stream: &Stream) -> String {
    format!("{}-{}.records.jsonl", stream.stream_name, stream.stream_creation_timestamp.0 as u64)
}

fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let temporary = path.with_extension("tmp");
    fs::write(&temporary, bytes)?;
    fs::rename(temporary, path)
}

fn cannot(verb: &str, path: &Path, error: impl std::fmt::Display) -> String {
    format!("cannot {verb} {}: {error}", path.display())
}
