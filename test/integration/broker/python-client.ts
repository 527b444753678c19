/** What kafka-python does in the test, and prints as JSON. */
export const python = `
import json, sys
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic
at = dict(bootstrap_servers=sys.argv[1])
admin = KafkaAdminClient(**at)
admin.create_topics([NewTopic('t', 2, 1)])
producer = KafkaProducer(acks='all', **at)
for i in range(6):
    producer.send('t', key=b'k', value=b'v%d' % i, partition=i % 2)
producer.flush()
consumer = KafkaConsumer('t', group_id='g', auto_offset_reset='earliest', **at)
read = []
while len(read) < 6:
    read += [m.value.decode() for batch in consumer.poll(1000).values() for m in batch]
consumer.commit()
places = [TopicPartition('t', 0), TopicPartition('t', 1)]
committed = [consumer.committed(place) for place in places]
state = admin.describe_groups(['g'])['g']['group_state']
consumer.close()
writer = KafkaProducer(transactional_id='x', **at)
writer.init_transactions()
writer.begin_transaction()
writer.send('t', b'dropped', partition=0)
writer.flush()
writer.abort_transaction()
writer.begin_transaction()
writer.send('t', b'kept', partition=0)
writer.commit_transaction()
reader = KafkaConsumer(isolation_level='read_committed', **at)
reader.assign(places[:1])
reader.seek_to_beginning()
seen = []
while len(seen) < 4:
    seen += [m.value.decode() for batch in reader.poll(1000).values() for m in batch]
plain = KafkaConsumer(**at)
ends = plain.end_offsets(places)
print(json.dumps(dict(partitions=len(plain.partitions_for_topic('t')), read=sorted(read), committed=committed, state=state,
                      readCommitted=seen, ends=[ends[place] for place in places])))
`
