/** The Apache Kafka Connect release whose behaviour is kept; also the version that its stock plugins report. */
export const CONNECT_VERSION = '4.3.1'

/** The Debezium release whose classes are kept; also the version that ours report. */
export const DEBEZIUM_VERSION = '3.6.1.Final'
