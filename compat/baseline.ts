/** The Apache Kafka Connect release whose behaviour is kept; also the version that its stock plugins report. */
export const CONNECT_VERSION = '4.3.1'
